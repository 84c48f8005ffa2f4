"""Ways in which a ledger's file gets damaged. Each is done to the closed data folder that it is given."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

PAGE = 4096
Damage = Callable[[Path], None]


def file_of(folder: Path) -> Path:
    return folder / "ledger.db"


def cut(keep: float) -> Damage:
    def damage(folder: Path) -> None:
        size = file_of(folder).stat().st_size
        with file_of(folder).open("r+b") as file:
            file.truncate(int(size * keep))

    return damage


def lose_last_page(folder: Path) -> None:
    with file_of(folder).open("r+b") as file:
        file.truncate(file_of(folder).stat().st_size - PAGE)


def overwrite(first: int, last: int | None, data: Callable[[int], bytes]) -> Damage:
    """`last` None: up to the end."""

    def damage(folder: Path) -> None:
        content = bytearray(file_of(folder).read_bytes())
        end = len(content) if last is None else last
        content[first:end] = data(end - first)
        file_of(folder).write_bytes(content)

    return damage


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def garble_log(folder: Path) -> None:
    file_of(folder).with_name("ledger.db-wal").write_bytes(noise(3 * PAGE))


def zero_log_head(folder: Path) -> None:
    file_of(folder).with_name("ledger.db-wal").write_bytes(bytes(32) + noise(PAGE))


def leave_only_log(folder: Path) -> None:
    garble_log(folder)
    file_of(folder).unlink()


def write_text(folder: Path) -> None:
    file_of(folder).write_text("Backup failed: connection timed out\n" * 200)


def run(statement: str) -> Damage:
    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(file_of(folder))) as ledger, ledger:
            ledger.execute(statement)

    return damage


def put_another_program(folder: Path) -> None:
    file_of(folder).unlink()
    run("CREATE TABLE bookmark (url TEXT)")(folder)


def garble_pages(folder: Path) -> None:
    """Every page but the first, which has the schema: what a disk does to a file here and there."""
    overwrite(PAGE, None, noise)(folder)


# told at every start
SEEN_AT_START: dict[str, Damage] = {
    "half of it": cut(0.5),
    "the first bytes": cut(0.0005),
    "nothing left": cut(0),
    "last page lost": lose_last_page,
    "header of zeros": overwrite(0, 100, bytes),
    "first page of zeros": overwrite(0, PAGE, bytes),
    "all zeros": overwrite(0, None, bytes),
    "first page of noise": overwrite(0, PAGE, noise),
    "all noise": overwrite(0, None, noise),
    "noise after the header": overwrite(100, None, noise),
    "noise after the first page": garble_pages,
    "log of noise": garble_log,
    "log without its head": zero_log_head,
    "only a log": leave_only_log,
    "a text": write_text,
    "another program's": put_another_program,
    "a newer station's": run("UPDATE alembic_version SET version_num = '9999'"),
    "a schema nobody knows": run("UPDATE alembic_version SET version_num = 'abcd'"),
    "no schema": run("DELETE FROM alembic_version"),
    "a table lost": run("DROP TABLE waiver"),
}
