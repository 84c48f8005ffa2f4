"""A device that says its last result again and again: one delivery, and a receipt for every message.

A broker that waits for the receipt of a message sends it for ever, and nothing after it.
"""

import json

import pytest

from drivers.generic.profile import find_profile
from drivers.registry import make_protocol
from drivers.transport import Chunk
from tests.drivers.test_driver import drive

TESMA = {"driver": "tesma-plus2", "data": "hex"}  # says its result once a second


def tesma(moisture):
    return b"\x02MAIZ    \r\n" + f"{moisture:4.1f}".encode() + b"\r\n\x03"


def through_a_board(moisture, receipt, *, dup=False):
    data = json.dumps({"SSerialReceived": {"Data": tesma(moisture).hex()}}).encode()
    return Chunk(data, whole=True, receipt=receipt, dup=dup, topic="tele/meter/RESULT")


@pytest.fixture
def repeating(tmp_path):
    """A gateway that publishes its last result again and again, read by a profile."""
    head, _, _ = find_profile("nir-list", "json").read_text().partition("[duplicates]")
    file = tmp_path / "repeating.toml"
    file.write_text(f'{head}[duplicates]\nrule = "repeat"\nwithin_s = 3.5\n')
    return make_protocol("json-paths", {"profile": str(file)})


def published(moisture, receipt, *, dup=False):
    message = {
        "type": "result", "id": 17, "at": "2026-07-14 10:03:22", "sample": {"code": "S1"}, "product": "Wheat",
        "results": [{"name": "Moisture", "value": moisture}],
    }  # fmt: skip
    return Chunk(json.dumps(message).encode(), whole=True, receipt=receipt, dup=dup)


@pytest.fixture(params=["bridged", "published"])
def line_of(request, repeating):
    """Drives messages of (moisture, receipt) on a line that waits for receipts."""
    chunk = through_a_board if request.param == "bridged" else published
    protocol = make_protocol("tasmota", TESMA) if request.param == "bridged" else repeating

    def driven(*said, **options):
        steps = [one if one is None else chunk(*one) for one in said]
        return drive(*steps, protocol=protocol, **options)

    return driven


def moistures(deliveries):
    return [delivery.reading.values["moisture"].value for delivery in deliveries]


def test_a_result_said_again_is_one_delivery_and_every_message_has_its_receipt(line_of):
    driver, line, deliveries = line_of((13.1, "r1"), (13.1, "r2"), (13.1, "r3"), (14.2, "r4"))
    first = next(deliveries)
    assert line.confirmed == []
    driver.confirm(first)
    second = next(deliveries)
    assert line.confirmed == ["r1", "r2", "r3"], "what was only said again needs no row and is told at once"
    driver.confirm(second)
    assert line.confirmed == ["r1", "r2", "r3", "r4"]
    assert moistures([first, second]) == [13.1, 14.2]


def test_a_result_said_again_makes_no_row_and_is_a_sign_of_life(line_of):
    driver, _, deliveries = line_of((13.1, "r1"), *[None] * 10, (13.1, "r2"))
    next(deliveries)
    assert list(deliveries) == []
    assert driver.health().frames == 2


def test_an_equal_result_after_a_pause_or_of_a_new_sample_counts(line_of):
    driver, line, deliveries = line_of((13.1, "r1"), *[None] * 20, (13.1, "r2"), (13.1, "r3"))
    next(deliveries)
    next(deliveries)  # 4 s later
    driver.expect_new_sample()
    next(deliveries)
    assert line.confirmed == [], "each waits for its row"
