"""The post to headquarters: how it stands, and whether the rows are still those of the bags."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from station.checks.finding import Finding, good, problem, warning
from station.post.comparing import compare
from station.post.folder import NAME, BagFolder
from station.post.sending import owing
from station.post.standing import standing_of
from station.store.connections import open_engine
from station.store.errors import meaning_at_start
from station.store.folder import LEDGER
from ui.words.problems import problem as ledger_problem

WHAT, BAGS = "post", "bags"
LOOK_S = 5.0  # at bags, unless at all
NAMED = 5  # differences; more are counted


def check_post(folder: Path, at: datetime, language: str, *, every_bag: bool) -> Iterator[Finding]:
    """Beside a running station too; nothing where headquarters hears of nothing."""
    if not (folder / LEDGER).is_file():
        return
    file = folder / LEDGER
    engine = open_engine(file, writer=False)
    try:
        with Session(engine) as tx:
            yield from _standing(tx, folder, at, language)
            if owing(tx) is not None:
                yield from _bags(tx, folder, language, None if every_bag else LOOK_S)
    except DBAPIError as error:  # beside a running station, whose own word on it comes first
        meaning = meaning_at_start(error.orig or error, file)
        if meaning is None:
            raise
        text = ". ".join(ledger_problem(meaning.code, meaning.params, language))
        yield Finding(WHAT, "problem", text, ends_with_ledger=not meaning.passing)
    finally:
        engine.dispose()


def _standing(tx: Session, folder: Path, at: datetime, language: str) -> Iterator[Finding]:
    owed, said = owing(tx), standing_of(folder)
    if owed is None:
        return
    age = (at - owed.oldest_at).total_seconds() if owed.oldest_at else 0.0
    told = {"bags": owed.bags, "changes": owed.changes, "age_s": age}
    if said.full:
        yield warning(WHAT, "post_disk_full", language, {"text": said.full})
    elif said.reason:
        yield warning(WHAT, "post_refused", language, {"hub_reason": said.reason})
    else:
        yield good(WHAT, "post_owes" if owed.bags else "post_owes_nothing", language, told)


def _bags(tx: Session, folder: Path, language: str, seconds: float | None) -> Iterator[Finding]:
    end = None if seconds is None else time.monotonic() + seconds
    found = compare(tx, BagFolder(folder / NAME), lambda: end is not None and time.monotonic() > end)
    for one in found.found[:NAMED]:
        yield problem(BAGS, f"post_{one.code}", language, one.params)
    if len(found.found) > NAMED:
        yield problem(BAGS, "files_more", language, {"count": len(found.found) - NAMED})
    if not found.found:
        told = {"looked_at": found.bags, "count": found.kept, "rows": found.rows}
        yield good(BAGS, "bags_agree", language, told)
