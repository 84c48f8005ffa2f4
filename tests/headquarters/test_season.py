"""Seasons of all silos as Parquet, read by DuckDB and pandas."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, text

from benchmarks.captures import add
from station.headquarters import season_files
from station.headquarters.season import NAMES, REFERENCE, going
from station.headquarters.season_files import Season, write_season
from station.hub.database import TABLES
from tests.hub.conftest import EMPTY, made, postgres  # noqa: F401 - fixtures
from tests.hub.hub_rig import Headquarters

AT = datetime(2025, 7, 20, 8, 0, 0, 123456, tzinfo=UTC)
YEAR = timedelta(days=365)
SECRETS = ("Martin", "EARL du Lac", "AB-123-CD")


def load(connection: Connection, silo: str, number: int, campaign: str, at: datetime) -> None:
    """A load from arrival to ticket, with a photo and a laboratory's result."""
    add(
        connection, silo, "visit", id=f"v{number}", seq=number, plate=SECRETS[2], arrived_at=at,
        entered_at=at,        direction="in", entered_by="p1", note="", supplier_id="e1",
    )  # fmt: skip
    add(
        connection, silo, "load", id=f"l{number}", seq=number, visit_id=f"v{number}", position=0,
        species="soft_wheat", campaign=campaign, claims=["organic"], declared={"protein": 11.5}, share=1.0,
        regime="purchase", asks_paper=False,
    )  # fmt: skip
    add(
        connection, silo, "ticket", id=f"t{number}", seq=number, site=silo, campaign=campaign, number=number,
        load_id=f"l{number}", gross_kg=40_000.0, tare_kg=14_000.0, net_kg=26_000.0, at=at, by="p1",
        document={"supplier": SECRETS[1], "by": SECRETS[0]}, time_confirmed=True,
    )  # fmt: skip
    add(
        connection, silo, "sample", id=f"s{number}", seq=number, barcode=f"S{number}", kind="load",
        load_id=f"l{number}", species="soft_wheat", note="", entered_at=at, entered_by="p1",
    )  # fmt: skip
    add(
        connection, silo, "capture", id=f"c{number}", seq=number, at=at + YEAR, terminal_id="t", form={},
        attempts=0, state="inspected",
    )  # fmt: skip
    add(
        connection, silo, "photo", capture_id=f"c{number}", position=0, sha256="0" * 64, size=5,
        media_type="image/jpeg",
    )  # fmt: skip
    add(
        connection, silo, "pairing", id=f"x{number}", seq=number, item_kind="capture", item_id=f"c{number}",
        sample_id=f"s{number}", state="paired", code="barcode", params={}, at=at, current=True,
    )  # fmt: skip
    add(
        connection, silo, "weighing", id=f"w{number}", seq=number, kg=40_000.0, at=at + YEAR, rule="typed",
        remarks=[], note="", state="used",
    )  # fmt: skip
    add(
        connection, silo, "weighing_use", id=f"u{number}", seq=number, weighing_id=f"w{number}",
        visit_id=f"v{number}", role="first", at=at, by="p1",
    )  # fmt: skip


@pytest.fixture(scope="module")
def hub(made: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:  # noqa: F811
    """Two silos with three loads each of 2025 and 2026; a movement that no load explains, in each year."""
    with made.begin() as connection:
        for silo in ("south", "north"):
            add(connection, silo, "person", id="p1", name=SECRETS[0], name_key="martin", roles=["operator"])
            add(connection, silo, "supplier", id="e1", name=SECRETS[1], name_key="earl du lac")
            add(connection, silo, "cell", id="c1", name="Cell 1", claims=[], role="normal", open=True)
            for number in range(1, 7):
                at = AT + timedelta(days=number) + (YEAR if number > 3 else timedelta())
                load(connection, silo, number, "2026/27" if number > 3 else "2025", at)
            for number, at in enumerate((AT - YEAR, AT + 2 * YEAR), start=1):
                add(
                    connection, silo, "cell_movement", id=f"m{number}", seq=number, cell_id="c1", kind="out",
                    kg=-1e16, regime="", by="p1", values={"x": -0.0}, content_kg=0.0, at=at,
                )  # fmt: skip
    yield Headquarters.begin(made, tmp_path_factory.mktemp("hub"))
    with made.begin() as connection:
        connection.execute(text(EMPTY))


@pytest.fixture(scope="module")
def out(hub: Headquarters, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All campaigns without names."""
    folder = tmp_path_factory.mktemp("out")
    exported(hub, folder)
    return folder


def exported(hub: Headquarters, folder: Path, *more: str) -> Any:
    done = hub.run("export", "season", "--parquet", str(folder), "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def asked(folder: Path, table: str, what: str) -> list[tuple[Any, ...]]:
    files = f"{folder}/{table}/*/*.parquet"
    query = f"SELECT {what} FROM read_parquet('{files}', hive_partitioning = true) GROUP BY ALL ORDER BY ALL"
    return duckdb.sql(query).fetchall()


def test_duckdb_reads_a_table_of_all_campaigns_as_one(out: Path) -> None:
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert asked(out, "ticket", "campaign, station, count(*), sum(net_kg)") == [
        ("2025", "north", 3, 78_000.0), ("2025", "south", 3, 78_000.0),
        ("2026/27", "north", 3, 78_000.0), ("2026/27", "south", 3, 78_000.0),
    ]  # fmt: skip
    for file in manifest["files"]:
        data = (out / file["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    assert manifest["rows"]["load"] == sum(
        file["rows"] for file in manifest["files"] if file["path"].startswith("load/")
    )
    assert set(manifest["rows"]) == {one.name for one in going(TABLES, with_names=False)}


def test_pandas_reads_types_as_they_are_meant(out: Path) -> None:
    loads = pd.read_parquet(out / "load")
    assert len(loads) == 12
    assert set(loads["campaign"].astype(str)) == {"2025", "2026/27"}
    assert json.loads(loads["declared"].iloc[0]) == {"protein": 11.5}
    visits = pd.read_parquet(out / "visit")
    assert str(visits["arrived_at"].dtype) == "datetime64[us, UTC]"
    assert visits["arrived_at"].min().to_pydatetime() == AT + timedelta(days=1)
    movements = pd.read_parquet(out / "cell_movement")
    assert set(movements["kg"]) == {-1e16}
    assert set(movements["values"]) == {'{"x": -0.0}'}
    cells = pd.read_parquet(out / "cell")
    assert list(cells["station"]) == ["north", "south"]


def test_rows_follow_their_load_and_what_has_none_the_time(out: Path) -> None:
    """Photos and weighings have times of another year here: their load counts."""
    half = [("2025", 6), ("2026/27", 6)]
    for table in ("visit", "sample", "capture", "photo", "pairing", "weighing", "weighing_use"):
        assert asked(out, table, "campaign, count(*)") == half, table
    assert asked(out, "cell_movement", "campaign, id, count(*)") == [
        ("2025", "m1", 2), ("2026/27", "m2", 2),
    ]  # fmt: skip


def test_names_stay_here_unless_they_are_asked_for(hub: Headquarters, out: Path, tmp_path: Path) -> None:
    exported(hub, tmp_path / "named", "--with-names")

    def said(folder: Path) -> str:
        texts = []
        for file in sorted(folder.rglob("*.parquet")):
            texts.append(pd.read_parquet(file).to_csv())
        return "\n".join(texts)

    assert [name for name in SECRETS if name in said(out)] == []
    assert [name for name in SECRETS if name not in said(tmp_path / "named")] == []


def test_one_campaign_alone_and_one_that_nobody_has(hub: Headquarters, tmp_path: Path) -> None:
    manifest = exported(hub, tmp_path / "out", "--campaign", "2026/27")
    folders = {Path(file["path"]).parent.name for file in manifest["files"]} - REFERENCE
    assert folders == {"campaign=2026%2F27"}
    none = hub.run("export", "season", "--parquet", str(tmp_path / "none"), "--campaign", "1999")
    assert (none.exit_code, "1999" in none.stderr) == (1, True)


def test_written_again_it_is_the_same_to_the_byte_and_what_went_is_removed(
    hub: Headquarters, out: Path, tmp_path: Path
) -> None:
    first = exported(hub, tmp_path / "out")
    assert first == json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    exported(hub, tmp_path / "out", "--campaign", "2025")
    assert [folder.name for folder in (tmp_path / "out" / "load").iterdir()] == ["campaign=2025"]


def test_a_run_that_was_cut_off_goes_on_and_leaves_no_half_file(
    hub: Headquarters, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, folder = json.loads((out / "manifest.json").read_text(encoding="utf-8")), tmp_path / "out"
    written: list[str] = []

    def full(table: str, rows: int) -> None:
        written.append(table)
        if table == "load":
            raise OSError(28, "No space left on device")

    season = Season(folder)
    with pytest.raises(OSError, match="No space"):
        write_season(hub.engine, TABLES, season, full)
    assert not (folder / "manifest.json").exists()
    (folder / "ticket").mkdir()
    (folder / "ticket" / ".part-000.parquet.partial").write_bytes(b"half")
    again: list[str] = []
    real = season_files._write_table

    def counted(connection: Any, tables: Any, one: Any, *more: Any) -> Any:
        again.append(one.name)
        return real(connection, tables, one, *more)

    monkeypatch.setattr(season_files, "_write_table", counted)
    assert write_season(hub.engine, TABLES, season, lambda table, rows: None) == whole
    assert set(again).isdisjoint(written)
    assert not list(folder.rglob("*.partial"))
    assert not (folder / ".progress.json").exists()


def test_many_rows_make_several_groups_and_files_in_the_order_of_the_key(
    hub: Headquarters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(season_files, "ROWS_OF_A_GROUP", 2)
    monkeypatch.setattr(season_files, "ROWS_OF_A_FILE", 4)
    exported(hub, tmp_path / "out")
    files = sorted((tmp_path / "out" / "load" / "campaign=2025").iterdir())
    assert [file.name for file in files] == ["part-000.parquet", "part-001.parquet"]
    ids = [tuple(row) for file in files for row in pd.read_parquet(file)[["station", "id"]].to_numpy()]
    assert ids == sorted(ids)
    assert len(ids) == 6


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    for table, columns in NAMES.items():
        assert columns <= set(TABLES.tables[table].c.keys()), table
    assert set(TABLES.tables) >= REFERENCE
