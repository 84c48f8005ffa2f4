"""`python -m station.lab.pages LEDGER` makes the results of the pages in a process of its own, once.

What the site wants is one JSON object on standard input. On standard output each question is one JSON line,
`{"page", "asked", "n", "made_from", "size"}`, followed by `size` bytes of its packed result; `size` is -1
where it is the same still. The first line is `{"up_to"}`, the last one `{"done": true}`. The ledger is opened
for reading only: this process never writes or checkpoints, not even when it is the last one that has it open.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlmodel import Session

from station.lab.pages.asking import Made, Read, newest, wanted_from
from station.lab.pages.making import make


def main(arguments: list[str], source: BinaryIO, target: BinaryIO) -> int:
    parent = os.getppid()
    wanted = wanted_from(json.load(source))
    with reading(Path(arguments[0])) as read:
        _line(target, {"up_to": newest(read)})
        for made in make(read, wanted):
            if os.getppid() != parent:  # nobody waits for it any more
                return 1
            _tell(target, made)
    _line(target, {"done": True})
    return 0


@contextmanager
def reading(file: Path) -> Iterator[Read]:
    """Open a ledger that another process writes."""

    def connect() -> sqlite3.Connection:
        found = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=10)
        found.isolation_level = None
        found.execute("PRAGMA query_only=ON")
        return found

    engine = create_engine("sqlite://", creator=connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    @contextmanager
    def read() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as tx:
            yield tx

    try:
        yield read
    finally:
        engine.dispose()


def _tell(target: BinaryIO, made: Made) -> None:
    page, asked = made.key
    one = made.renewed
    if one is None:
        _line(target, {"page": page, "asked": asked, "size": -1})
        return
    told = {"page": page, "asked": asked, "n": one.n, "made_from": one.made_from, "size": len(one.packed)}
    _line(target, told)
    target.write(one.packed)
    target.flush()


def _line(target: BinaryIO, told: Mapping[str, Any]) -> None:
    target.write(json.dumps(told).encode() + b"\n")
    target.flush()


def _own_output() -> BinaryIO:
    """Take the pipe for results; what libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.buffer, _own_output()))
