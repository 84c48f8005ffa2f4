"""Make the results of all pages, one at a time, of what changed since they were made last.

The ledger is read analyte by analyte, each in a transaction of its own that is over before anything is
computed. A result whose digest is the same again is not made again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from station.lab.pages.fairness import fairness
from station.lab.pages.gather import Site, Wanted, analytes, newest, site_of, study_of
from station.lab.pages.groups import groups
from station.lab.pages.pair import pair, rows_asked
from station.lab.pages.questions import Question, questions_of
from station.lab.pages.study import LAB, MACHINE, METHODS, PHONE, Json, Row, Study, having
from station.lab.pages.three_ways import error_ratios, three_ways
from station.lab.pages.watch import watch
from station.lab.pages.who_was_right import who_was_right
from station.store.stored import ABOUT, Key, Renewed, canonical, digests, packed

MADE_BY = 1  # rises when a page says something else of the same values
MOST_QUESTIONS = 3_000
Read = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Made:
    """One result, or None for one that is the same still; `key` names its question."""

    key: Key
    renewed: Renewed | None


def make(read: Read, wanted: Wanted) -> Iterator[Made]:
    """Yield every question, with its result where that is another one than before."""
    with read() as tx:
        site, known, names = site_of(tx, wanted), digests(tx), analytes(tx)
    asked = left_out = 0
    for analyte in names:
        with read() as tx:
            study = study_of(tx, analyte, site)
        ratios: dict[tuple[str, str], Any] = {}
        for question in questions_of(study):
            if asked >= MOST_QUESTIONS:
                left_out += 1
                continue
            asked += 1
            yield _made(study, site, question, known, ratios)
    yield _about(known, asked, left_out)


def up_to(read: Read) -> int:
    with read() as tx:
        return newest(tx)


def answer(study: Study, page: str, asked: Mapping[str, str], ratios: dict[tuple[str, str], Any]) -> Json:
    """Return what a page shows; `ratios` keeps what three methods tell of two between questions."""
    if page != "pair":
        return _PAGES[page](study, asked)
    key = (asked["species"], asked["period"])
    if key not in ratios:
        ratios[key] = error_ratios(study, *key)
    return pair(study, asked, ratios[key].get((asked["test"], asked["reference"])))


_PAGES: Mapping[str, Callable[[Study, Mapping[str, str]], Json]] = {
    "three_ways": three_ways, "who_was_right": who_was_right, "groups": groups, "watch": watch,
    "fairness": fairness,
}  # fmt: skip


def _made(
    study: Study, site: Site, question: Question, known: Mapping[Key, str], ratios: dict[tuple[str, str], Any]
) -> Made:
    page, asked = question
    key = (page, canonical(page, asked))
    digest = _digest(study, site, page, asked)
    if known.get(key) == digest:
        return Made(key, None)
    result = tidy(answer(study, page, asked, ratios))
    return Made(key, Renewed(*key, int(result["n"]), digest, packed(result)))


def _about(known: Mapping[Key, str], asked: int, left_out: int) -> Made:
    """Say how many questions there are, and why some have no result."""
    refused = {"code": "too_many_questions", "params": {"most": MOST_QUESTIONS, "left_out": left_out}}
    result = {"questions": asked, "left_out": left_out, "refused": refused if left_out else None}
    key, digest = (ABOUT, canonical(ABOUT, {})), _hash([result])
    return Made(key, None if known.get(key) == digest else Renewed(*key, asked, digest, packed(result)))


def tidy(value: Any) -> Any:
    """Return plain values with numbers to nine figures: more are noise and cost room."""
    if isinstance(value, dict):
        return {str(key): tidy(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(part) for part in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _digest(study: Study, site: Site, page: str, asked: Mapping[str, str]) -> str:
    """Return a digest of all that a result is made from."""
    rows = _rows_behind(study, page, asked)
    loads = page in ("who_was_right", "fairness")
    parts: list[Any] = [MADE_BY, study.campaign, study.left_out, study.tolerance, study.permitted]
    parts += [study.citation, study.repeatability, study.replicates, [asdict(one) for one in study.limits]]
    parts += [list(map(asdict, study.adjusted)), list(map(asdict, study.controls)), study.control_every_days]
    parts += sorted({study.name_of(row["source"]) for row in rows})
    parts += [study.verified_until.get(asked.get("source", ""))]
    parts += [[site.pack.sha256] if page == "fairness" and site.pack else []]
    for row in rows:
        sent = study.sent.get(row["sample_id"])
        parts.append([*row.values(), sent and (sent.how, sent.weight)])
        if loads:
            parts.append(asdict(study.facts_of(row["load_id"])))
    return _hash(parts)


def _hash(parts: list[Any]) -> str:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).hexdigest()


def _rows_behind(study: Study, page: str, asked: Mapping[str, str]) -> list[Row]:
    """Return the rows that a result is made from: those of samples that its methods have in common."""
    if page == "watch":
        method, source = asked["method"], asked["source"]
        rows = [
            row
            for row in (*study.rows, *study.held)
            if row["method"] == LAB or (row["method"], row["source"]) == (method, source)
        ]
        return [row for some in having(rows, (method, LAB)).values() for row in some]
    if page == "fairness":
        rows = study.within(asked["species"], asked["period"])
        return [row for row in rows if row["method"] == MACHINE]
    if page in ("pair", "groups"):
        every = page == "groups"
        rows = rows_asked(study, {**asked, "period": ""} if every else asked, every_campaign=every)
        common = [row for some in having(rows, (asked["test"], asked["reference"])).values() for row in some]
        return [*common, *_all_three(study, asked)] if page == "pair" else common
    methods = (PHONE, MACHINE) if page == "who_was_right" else METHODS
    rows = study.within(asked["species"], asked["period"])
    found = [row for some in having(rows, methods).values() for row in some]
    return found if page != "who_was_right" else [*found, *_all_three(study, asked)]


def _all_three(study: Study, asked: Mapping[str, str]) -> list[Row]:
    """Return what three methods measured, which tells the error ratio of two."""
    rows = study.within(asked["species"], asked["period"])
    return [row for some in having(rows, METHODS).values() for row in some]
