"""One damaged byte, anywhere, in every weighbridge format: no other weight is called stable or weighed."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protection import Protection
from drivers.registry import make_protocol
from tests.draws import examples
from tests.drivers.bridges import EVERY, LOAD_KG, OTHER_KG, says, stable_weights, weighings

ANY_HEAD = st.sampled_from(EVERY)


def bytes_lost(message: bytes) -> Iterator[bytes]:
    for spot in range(len(message)):
        yield message[:spot] + message[spot + 1 :]


def bytes_doubled(message: bytes) -> Iterator[bytes]:
    for spot in range(len(message)):
        yield message[: spot + 1] + message[spot:]


def bytes_changed(message: bytes) -> Iterator[bytes]:
    """One bit, or into a byte that messages are made of."""
    for spot, was in enumerate(message):
        for byte in {*(was ^ 1 << bit for bit in range(8)), *b"0123456789 +-.,kgt\r\n\x02\x03"} - {was}:
            yield message[:spot] + bytes([byte]) + message[spot + 1 :]


DAMAGES = {"lost": bytes_lost, "doubled": bytes_doubled}


def is_summed(head) -> bool:
    protocol = make_protocol(head.kind, head.settings)
    return head.checked and Protection.PARITY not in protocol.protection


SUMMED = [head for head in EVERY if is_summed(head) or head.name == "flintec-bsi"]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("head", EVERY, ids=str)
def test_a_byte_lost_or_doubled_makes_no_other_stable_weight(head, damage):
    load, other = says(head, LOAD_KG), says(head, OTHER_KG)
    for damaged in DAMAGES[damage](load):
        for stream in ([damaged] + [load] * 7, [load] * 7 + [damaged], [other] * 7 + [damaged] + [load] * 7):
            assert stable_weights(head, stream) <= {LOAD_KG, OTHER_KG, None}, damaged


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("head", EVERY, ids=str)
def test_a_byte_lost_or_doubled_makes_no_other_stable_weight_in_glued_messages(head, damage):
    load = says(head, LOAD_KG)
    for damaged in DAMAGES[damage](load):
        stream = [load * 3, load * 4 + damaged + load * 4]
        assert stable_weights(head, stream) <= {LOAD_KG, None}, damaged


@pytest.mark.parametrize("head", SUMMED, ids=str)
def test_a_byte_changed_makes_no_other_weight_where_there_is_a_sum(head):
    load = says(head, LOAD_KG)
    for damaged in bytes_changed(load):
        assert stable_weights(head, [damaged, load]) <= {LOAD_KG, None}, damaged


@pytest.mark.parametrize("head", EVERY, ids=str)
def test_one_damaged_line_makes_no_weighing_and_no_second_one(head):
    zero, load, other = (says(head, kg) for kg in (0, LOAD_KG, OTHER_KG))
    for make in DAMAGES.values():
        for damaged, empty in zip(make(load), make(zero), strict=False):
            assert weighings(head, day(zero, load, other, damaged, empty)) == [LOAD_KG, OTHER_KG], damaged


def day(zero: bytes, load: bytes, other: bytes, damaged: bytes, empty: bytes) -> list[bytes]:
    """Two vehicles: a line of the first is `damaged`, one of zero, `empty`, comes while it stands there."""
    first = [load, damaged, *[load] * 12, empty, *[load] * 12]
    return [*[zero] * 12, *first, *[zero] * 12, *[other] * 12]


def changed(head, data, message: bytes) -> bytes:
    spot = data.draw(st.integers(0, len(message) - 1))
    return message[:spot] + data.draw(st.binary(min_size=1, max_size=1)) + message[spot + 1 :]


def check_changed_bytes(head, data):
    zero, load, other = (says(head, kg) for kg in (0, LOAD_KG, OTHER_KG))
    damaged, empty = (changed(head, data, message) for message in (load, zero))
    assert weighings(head, day(zero, load, other, damaged, empty)) == [LOAD_KG, OTHER_KG]


@settings(max_examples=examples(150))
@given(head=ANY_HEAD, data=st.data())
def test_one_changed_byte_makes_no_weighing_and_no_second_one(head, data):
    check_changed_bytes(head, data)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=12_000)
@given(head=ANY_HEAD, data=st.data())
def test_one_changed_byte_makes_no_weighing_in_a_long_campaign(head, data):
    check_changed_bytes(head, data)


@settings(max_examples=examples(50))
@given(head=ANY_HEAD, data=st.data())
def test_single_lines_of_zero_weigh_no_vehicle_twice(head, data):
    zero, load = says(head, 0), says(head, LOAD_KG)
    lines = data.draw(st.lists(st.sampled_from([load, load, load, zero]), min_size=5, max_size=30))
    single = [line for n, line in enumerate(lines) if line == load or lines[max(n - 1, 0)] == load]
    assert weighings(head, [*[zero] * 12, *[load] * 12, *single, *[load] * 9]) == [LOAD_KG]
