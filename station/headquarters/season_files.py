"""Seasons as Parquet: `TABLE/campaign=2026/part-000.parquet`, which DuckDB and pandas read as one table.

Rows are read in one snapshot and written some at a time. A file has its name only when it is whole, and
`manifest.json` names every file with its rows and its SHA-256 when all are. A run that was cut off leaves
`.progress.json`: the next one goes on behind the tables that are whole, if nothing came in since.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    func,
    select,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from station.headquarters.season import CAMPAIGN, RENAMED, Campaigns, Going, going, rows
from station.hub.own import BAGS, GONE, QUARANTINE
from station.store.durable import PARTIAL, arriving, make_folder, sync
from station.store.tables.packed import Packed

MANIFEST, PROGRESS = "manifest.json", ".progress.json"
ROWS_OF_A_FILE = 2_000_000
ROWS_OF_A_GROUP, LARGE_ROWS_OF_A_GROUP = 50_000, 1_000  # what is held in memory
CHUNK = 1 << 20

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Season:
    """What is asked for. `campaign` None: all. `with_names`: with what names persons, suppliers, vehicles."""

    folder: Path
    campaign: str | None = None
    with_names: bool = False


def write_season(engine: Engine, tables: MetaData, season: Season, tell: Callable[[str, int], None]) -> Json:
    """Write the season and return its manifest; `tell` hears of each table and its rows. Raises OSError."""
    make_folder(season.folder)
    _sweep(season.folder)
    isolated = engine.execution_options(isolation_level="REPEATABLE READ")
    with isolated.connect() as connection, connection.begin():
        asked = {
            "campaign": season.campaign, "with_names": season.with_names, "state": _state(connection, tables),
        }  # fmt: skip
        done = _done_before(season.folder, asked)
        campaigns = Campaigns.read(connection, tables)
        for one in going(tables, with_names=season.with_names):
            if one.name not in done:
                done[one.name] = _write_table(connection, tables, one, campaigns, season)
                _write_json(season.folder / PROGRESS, {"asked": asked, "tables": done})
            tell(one.name, sum(file["rows"] for file in done[one.name]))
    files = sorted((file for files in done.values() for file in files), key=lambda file: str(file["path"]))
    manifest = {
        "format": 1, "campaign": season.campaign, "with_names": season.with_names,
        "rows": {name: sum(file["rows"] for file in files) for name, files in sorted(done.items())},
        "files": files,
    }  # fmt: skip
    _remove_old(season.folder, {file["path"] for file in files})
    _write_json(season.folder / MANIFEST, manifest)
    (season.folder / PROGRESS).unlink(missing_ok=True)
    return manifest


def folder_of(campaign: str) -> str:
    """Return the folder of a campaign in its table's; "" for what belongs to none."""
    return f"{CAMPAIGN}={quote(campaign, safe='')}" if campaign else ""


def schema_of(columns: tuple[Column[Any], ...]) -> pa.Schema:
    """Return the types: times in UTC to the microsecond, JSON as text."""
    return pa.schema(
        [
            pa.field(RENAMED.get((column.table.name, column.name), column.name), _type_of(column))
            for column in columns
        ]
    )


def _type_of(column: Column[Any]) -> pa.DataType:
    kinds: list[tuple[Any, pa.DataType]] = [
        (Boolean, pa.bool_()), (Integer | BigInteger, pa.int64()), (Float, pa.float64()),
        (UTCDateTime, pa.timestamp("us", tz="UTC")), (Date, pa.date32()), (LargeBinary, pa.binary()),
    ]  # fmt: skip
    return next((found for kind, found in kinds if isinstance(column.type, kind)), pa.string())


@dataclass(slots=True)
class _Files:
    """The files of one table and campaign: rows come by `add`, `close` ends the last one."""

    folder: Path
    schema: pa.Schema
    a_group: int
    waiting: list[tuple[Any, ...]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    in_file: int = 0
    writer: pq.ParquetWriter | None = None

    def add(self, values: tuple[Any, ...]) -> None:
        self.waiting.append(values)
        if len(self.waiting) >= self.a_group:
            self._flush()

    def close(self) -> list[Path]:
        """Return the files, whole but not named yet."""
        self._flush()
        self._end()
        return self.written

    def _flush(self) -> None:
        if not self.waiting:
            return
        if self.writer is None:
            make_folder(self.folder)
            part = self.folder / f".part-{len(self.written):03d}.parquet.partial"
            self.written.append(part)
            self.writer = pq.ParquetWriter(part, self.schema, compression="zstd")
        arrays = [
            pa.array(values, type=kind.type)
            for values, kind in zip(zip(*self.waiting, strict=True), self.schema, strict=True)
        ]
        self.writer.write_batch(pa.record_batch(arrays, schema=self.schema))
        self.in_file += len(self.waiting)
        self.waiting = []
        if self.in_file >= ROWS_OF_A_FILE:
            self._end()

    def _end(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.writer, self.in_file = None, 0


def _write_table(
    connection: Connection, tables: MetaData, one: Going, campaigns: Campaigns, season: Season
) -> list[Json]:
    schema = schema_of(one.columns)
    packed = [place for place, column in enumerate(one.columns) if isinstance(column.type, Packed)]
    is_large = bool(packed) or any(pa.types.is_binary(kind.type) for kind in schema)
    a_group = LARGE_ROWS_OF_A_GROUP if is_large else ROWS_OF_A_GROUP
    files: dict[str, _Files] = {}
    for campaign, values in rows(connection, tables, one, campaigns):
        if campaign and season.campaign not in {None, campaign}:
            continue
        if campaign not in files:
            folder = season.folder / one.name / folder_of(campaign)
            files[campaign] = _Files(folder, schema, a_group)
        files[campaign].add(_unpacked(values, packed))
    parts = [part for name in sorted(files) for part in files[name].close()]
    return [_named(part, season.folder) for part in parts]


def _unpacked(values: tuple[Any, ...], packed: list[int]) -> tuple[Any, ...]:
    if not packed:
        return values
    told = list(values)
    for place in packed:
        if told[place] is not None:
            told[place] = json.dumps(told[place], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return tuple(told)


def _named(part: Path, folder: Path) -> Json:
    """Give a whole file its name, durably; return what the manifest says of it."""
    target = part.with_name(part.name.removeprefix(".").removesuffix(".partial"))
    sync(part)
    part.rename(target)
    sync(target.parent)
    return {"path": target.relative_to(folder).as_posix(), **_measured(target)}


def _measured(file: Path) -> Json:
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
    return {
        "rows": pq.read_metadata(file).num_rows, "bytes": file.stat().st_size, "sha256": digest.hexdigest(),
    }  # fmt: skip


def _state(connection: Connection, tables: MetaData) -> str:
    """Return a digest of what has come in by now: another one means that the tables may have changed."""
    bags, gone, held = (tables.tables[name] for name in (BAGS, GONE, QUARANTINE))
    query = select(bags.c.station, bags.c.state, func.count(), func.max(bags.c.place))
    query = query.group_by(bags.c.station, bags.c.state).order_by(bags.c.station, bags.c.state)
    told = [list(row) for row in connection.execute(query)]
    for table, column in ((gone, gone.c.place), (held, held.c.ended_at)):
        told.append([connection.execute(select(func.count(column)).select_from(table)).scalar_one()])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _done_before(folder: Path, asked: Mapping[str, Any]) -> dict[str, list[Json]]:
    """Return the tables that a run which was cut off has finished, if it asked for the same of the same."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        told = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        if told["asked"] == dict(asked):
            return {
                name: files
                for name, files in told["tables"].items()
                if all((folder / file["path"]).stat().st_size == file["bytes"] for file in files)
            }
    return {}


def _remove_old(folder: Path, kept: set[str]) -> None:
    """Remove what the manifest of an earlier run names and this one does not."""
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        for file in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]:
            path = folder / file["path"]
            if file["path"] not in kept and path.resolve().is_relative_to(folder.resolve()):
                path.unlink(missing_ok=True)
                with suppress(OSError):  # others lie in it
                    path.parent.rmdir()


def _sweep(folder: Path) -> None:
    for part in (f"*/{PARTIAL}", f"*/{CAMPAIGN}=*/{PARTIAL}"):
        for left in folder.glob(part):
            left.unlink()


def _write_json(file: Path, content: Any) -> None:
    with arriving(file) as part:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
