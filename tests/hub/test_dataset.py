"""Captures with their values over all silos; the photos that are not here are asked for first."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert
from sqlmodel import SQLModel

from station.hub import photos
from station.hub.dataset import Wanted, dataset
from station.hub.photo_tables import PHOTOS
from station.hub.tables import DIGEST, PLACE, STATION, hub_metadata
from tests.hub.hub_rig import Headquarters

HUB = hub_metadata(SQLModel.metadata)
AT = datetime(2026, 7, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def hub() -> Iterator[Connection]:
    """Two silos whose rows have the same ids: each has a capture with a laboratory's protein, one with a
    machine's only, one that nobody paired, and one of barley."""
    engine = create_engine("sqlite://")
    HUB.create_all(engine)
    with engine.begin() as connection:
        for silo, value in (("north", 11.5), ("south", 12.5)):
            for number, species in enumerate(("soft_wheat", "soft_wheat", "soft_wheat", "barley"), start=1):
                at = AT + timedelta(days=number)
                _capture(connection, silo, number, species, at)
                if number != 3:
                    _add(
                        connection, silo, "pairing", id=f"x{number}", seq=number, item_kind="capture",
                        item_id=f"c{number}", sample_id=f"s{number}", state="paired", code="barcode",
                        params={}, at=at, current=True,
                    )  # fmt: skip
                _value(connection, silo, number, "machine", value + 1, at)
                if number in (1, 4):
                    _value(connection, silo, number, "lab", value - 1, at, superseded_by="later")
                    _value(connection, silo, number, "lab", value, at, replicate=2)
        connection.execute(insert(HUB.tables[PHOTOS]).values(sha256="north-c1-0", size=5, at=AT))
        yield connection
    engine.dispose()


def _add(connection: Connection, silo: str, table: str, **row: Any) -> None:
    connection.execute(insert(HUB.tables[table]).values({STATION: silo, PLACE: 1, DIGEST: "", **row}))


def _capture(connection: Connection, silo: str, number: int, species: str, at: datetime) -> None:
    said = species if number == 1 else None  # else its sample says it
    _add(
        connection, silo, "capture", id=f"c{number}", seq=number, at=at, terminal_id="t", species=said,
        form={}, attempts=0, state="inspected",
    )  # fmt: skip
    _add(
        connection, silo, "sample", id=f"s{number}", seq=number, barcode=f"S{number}", kind="load",
        species=species, note="", entered_at=at, entered_by="anne",
    )  # fmt: skip
    for position in (0, 1):
        sha256 = f"{silo}-c{number}-{position}"
        _add(
            connection, silo, "photo", capture_id=f"c{number}", position=position, sha256=sha256, size=5,
            media_type="image/jpeg",
        )  # fmt: skip


def _value(
    connection: Connection, silo: str, number: int, method: str, value: float, at: datetime, **more: Any
) -> None:
    _add(
        connection, silo, "measurement", **{
            "source_id": f"{method}{number}", "analyte": "protein", "method": method, "replicate": 1,
            "seq": number, "sample_id": f"s{number}", "variety": "", "source": method, "release": "",
            "value": value, "comparator": "", "unit": "%", "basis": "dry", "at": at, **more,
        }
    )  # fmt: skip


def found(hub: Connection, *has: tuple[str, str], **more: Any) -> list[tuple[str, str, int]]:
    rows = dataset(hub, HUB, Wanted("soft_wheat", has, **more))
    return [(row.station, row.capture, row.position) for row in rows]


def test_what_has_a_laboratorys_value_is_listed_by_silo(hub: Connection) -> None:
    assert found(hub, ("protein", "lab")) == [
        ("north", "c1", 0), ("north", "c1", 1), ("south", "c1", 0), ("south", "c1", 1),
    ]  # fmt: skip
    assert found(hub, ("protein", "machine"), ("protein", "lab")) == found(hub, ("protein", "lab"))
    assert found(hub, ("moisture", "lab")) == []
    assert len(found(hub)) == 8


def test_the_days_bound_it(hub: Connection) -> None:
    assert found(hub, since=AT + timedelta(days=2)) == [
        ("north", "c2", 0), ("north", "c2", 1), ("south", "c2", 0), ("south", "c2", 1),
    ]  # fmt: skip
    assert found(hub, until=AT + timedelta(days=1)) == []


def test_each_silos_own_values_are_told_without_what_was_superseded(hub: Connection) -> None:
    rows = list(dataset(hub, HUB, Wanted("soft_wheat", (("protein", "lab"),))))
    told = {(row.station, row.position): row for row in rows}
    values = told["south", 0].values["protein"]
    assert [(one["value"], one["unit"], one["basis"]) for one in values["lab"]] == [(12.5, "%", "dry")]
    assert [one["value"] for one in values["machine"]] == [13.5]
    assert [told[key].is_here for key in sorted(told)] == [True, False, False, False]


def test_what_is_not_here_is_asked_for_once(hub: Connection) -> None:
    rows = list(dataset(hub, HUB, Wanted("soft_wheat", (("protein", "lab"),))))
    pairs = [(row.station, row.sha256) for row in rows if not row.is_here]
    with hub.begin_nested() as nested:
        assert photos.want(hub, HUB, [*pairs, *pairs], AT) == 3
        assert photos.want(hub, HUB, pairs, AT) == 0
        assert photos.missing(hub, HUB, "south", {}, AT).wanted == ("south-c1-0", "south-c1-1")
        nested.rollback()


def test_the_command_lists_and_orders(headquarters: Headquarters) -> None:
    with headquarters.engine.begin() as connection:
        _capture(connection, "north", 1, "soft_wheat", AT)
        _add(
            connection, "north", "pairing", id="x1", seq=1, item_kind="capture", item_id="c1",
            sample_id="s1", state="paired", code="barcode", params={}, at=AT, current=True,
        )  # fmt: skip
        _value(connection, "north", 1, "lab", 11.5, AT)
    words = ["dataset", "--species", "soft_wheat", "--has", "protein:lab", "--from", "2026-07-01"]
    rows = headquarters.run(*words, "--csv", "--order").stdout.splitlines()
    assert rows[0] == "station,capture,position,sha256,size,at,species,here,protein:lab"
    assert [row.split(",")[-2:] for row in rows[1:]] == [["False", "11.5"], ["False", "11.5"]]
    told = [json.loads(line) for line in headquarters.run(*words, "--json").stdout.splitlines()]
    assert [one["sha256"] for one in told] == ["north-c1-0", "north-c1-1"]
    with headquarters.engine.begin() as connection:
        assert len(photos.missing(connection, HUB, "north", {}, AT).wanted) == 2
    wrong = headquarters.run("dataset", "--species", "soft_wheat", "--has", "protein")
    assert (wrong.exit_code, "analyte:method" in wrong.stderr) == (2, True)


def test_the_check_names_what_is_wrong_with_the_store(headquarters: Headquarters) -> None:
    assert "photo store" not in headquarters.run("check").output
    assert (headquarters.folder / "photos").is_dir()
    (headquarters.folder / "photos").rmdir()
    (headquarters.folder / "photos").write_text("a file")
    done = headquarters.run("check")
    assert done.exit_code == 1
    assert "photo store" in done.stderr
