"""A kind says whether its head stores weights, and tells no sealed number otherwise."""

import inspect
from pathlib import Path

import pytest

from drivers.generic.profile import SHIPPED
from drivers.kind import stores_weights
from drivers.reading import Frame
from drivers.registry import KINDS, make_protocol
from tests.silo_rig import START

WEIGHBRIDGES = [cls for cls in KINDS.values() if cls.__module__.startswith("drivers.weighbridge.")]


@pytest.mark.parametrize("kind", [cls.kind for cls in WEIGHBRIDGES])
def test_a_kind_tells_sealed_numbers_only_where_it_says_that_its_head_stores_weights(kind: str) -> None:
    source = Path(inspect.getfile(KINDS[kind])).read_text(encoding="utf-8")
    assert stores_weights(KINDS[kind]) is ("sealed_number" in source)
    assert stores_weights(make_protocol(kind)) is stores_weights(KINDS[kind])


def test_dini_argeo_and_systec_store_their_weights() -> None:
    storing = {cls.kind for cls in KINDS.values() if stores_weights(cls)}
    assert storing == {"dini-argeo", "systec"}


def test_a_board_between_says_what_the_kind_behind_it_says() -> None:
    assert stores_weights(make_protocol("tasmota", {"driver": "dini-argeo"})) is True
    assert stores_weights(make_protocol("tasmota", {"driver": "toledo-continuous"})) is False


def test_a_profile_says_it_by_naming_the_field_of_the_number(tmp_path: Path) -> None:
    text = (SHIPPED / "precia-molen.toml").read_text(encoding="utf-8")
    silent, telling = tmp_path / "silent.toml", tmp_path / "telling.toml"
    silent.write_text(text, encoding="utf-8")
    with_number = text.replace("width = 11", "width = 16").replace(
        "unit = [10, 11]", "unit = [10, 11]\nnumber = [12, 16]"
    )
    with_number = with_number.replace("[numbers]", '[texts]\nsealed_number = "number"\n\n[numbers]')
    with_number = with_number.replace("{weight:>7} kg<ETX>", "{weight:>7} kg{number:>5}<ETX>")
    with_number = with_number.split("[[examples]]")[0]
    telling.write_text(with_number, encoding="utf-8")
    assert stores_weights(make_protocol("generic", {"profile": str(silent)})) is False
    protocol = make_protocol("generic", {"profile": str(telling), "weight_scale": "1"})
    assert stores_weights(protocol) is True
    reading = protocol.parse(Frame(b"\x02S  43120 kg00417\x03", START))
    assert reading.extra["sealed_number"] == "00417"
