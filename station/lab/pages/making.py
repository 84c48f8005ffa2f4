"""Make the results of all pages, one at a time, of what changed since they were made last.

The ledger is read analyte by analyte, in transactions that are over before anything is computed. A result
whose digest is the same again is not made again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from station.grain.grades import RulePack
from station.lab.pages.asking import CAMPAIGN, Made, Read, Wanted
from station.lab.pages.fairness import fairness
from station.lab.pages.gather import analytes, site_of, study_of
from station.lab.pages.groups import groups
from station.lab.pages.pair import common_of, pair
from station.lab.pages.questions import Question, questions_of
from station.lab.pages.records import of_ledger
from station.lab.pages.study import (
    LAB,
    MACHINE,
    METHODS,
    PHONE,
    Common,
    Json,
    Row,
    Study,
)
from station.lab.pages.three_ways import error_ratios, three_ways
from station.lab.pages.watch import watch
from station.lab.pages.who_was_right import who_was_right
from station.store.stored import ABOUT, Key, Renewed, canonical, digests, packed

MADE_BY = 4  # rises when a page says something else of the same values
MOST_QUESTIONS = 3_000
Ratios = dict[tuple[str, str], dict[tuple[str, str], float]]  # by species and period


def make(read: Read, wanted: Wanted) -> Iterator[Made]:
    """Yield every question, with its result where that is another one than before."""
    records = of_ledger(read)
    site = site_of(records, wanted)
    with read() as tx:
        known = digests(tx)
    asked = left_out = 0
    for analyte in analytes(records):
        study = study_of(records, analyte, site)
        marks, ratios = Marks.of(study, site.pack), Ratios()
        for question in questions_of(study):
            if asked >= MOST_QUESTIONS:
                left_out += 1
                continue
            asked += 1
            yield made(marks, question, known, ratios)
    yield _about(known, asked, left_out)


def answer(study: Study, page: str, asked: Mapping[str, str], ratios: Ratios) -> Json:
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


def made(
    marks: "Marks", question: Question, known: Mapping[Key, str], ratios: Ratios, told: Json | None = None
) -> Made:
    """Return the result of a question; `told` are parts of it that are known from elsewhere."""
    page, asked = question
    key = (page, canonical(page, asked))
    digest = marks.digest(page, asked) + (_hash(told).hex() if told else "")
    if known.get(key) == digest:
        return Made(key, None)
    result = tidy({**answer(marks.study, page, asked, ratios), **(told or {})})
    return Made(key, Renewed(*key, int(result["n"]), digest, packed(result)))


def _about(known: Mapping[Key, str], asked: int, left_out: int) -> Made:
    """Say how many questions there are, and why some have no result."""
    refused = {"code": "too_many_questions", "params": {"most": MOST_QUESTIONS, "left_out": left_out}}
    result = {"questions": asked, "left_out": left_out, "refused": refused if left_out else None}
    key, digest = (ABOUT, canonical(ABOUT, {})), _hash(result).hex()
    return Made(key, None if known.get(key) == digest else Renewed(*key, asked, digest, packed(result)))


def tidy(value: Any) -> Any:
    """Return plain values with numbers to nine figures: more are noise and cost room."""
    if isinstance(value, dict):
        return {str(key): tidy(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(part) for part in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


@dataclass(slots=True)
class Marks:
    """A digest of each row with how its sample was sent, and of each load: what results are made from."""

    study: Study
    settings: bytes
    _rows: dict[int, bytes] = field(default_factory=dict)
    _loads: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, pack: RulePack | None) -> "Marks":
        settings = [
            MADE_BY, study.campaign, study.tolerance, study.permitted, study.citation,
            study.repeatability, study.replicates, study.control_every_days,
            *(list(map(asdict, some)) for some in (study.limits, study.adjusted, study.controls)),
            pack.sha256 if pack else "",
        ]  # fmt: skip
        return cls(study, _hash(settings))

    def digest(self, page: str, asked: Mapping[str, str]) -> str:
        whole = hashlib.blake2b(self.settings, digest_size=16)
        whole.update(_hash(self.study.left_out(asked)))
        study, loads = self.study, page in ("who_was_right", "fairness")
        sources = set()
        for common in _behind(study, page, asked):
            for some in common.values():
                for row in some:
                    whole.update(self._row(row))
                    sources.add(row["source"])
                if loads:
                    whole.update(self._load(some[0]["load_id"]))
        names = [(one, study.name_of(one), study.verified_until.get(one)) for one in sorted(sources)]
        whole.update(_hash(names))
        return whole.hexdigest()

    def _row(self, row: Row) -> bytes:
        found = self._rows.get(id(row))
        if found is None:
            sent = self.study.sent.get(row["sample_id"])
            found = self._rows[id(row)] = _hash([*row.values(), sent and (sent.how, sent.weight)])
        return found

    def _load(self, load_id: str) -> bytes:
        found = self._loads.get(load_id)
        if found is None:
            found = self._loads[load_id] = _hash(asdict(self.study.facts_of(load_id)))
        return found


def _hash(parts: Any) -> bytes:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).digest()


def _behind(study: Study, page: str, asked: Mapping[str, str]) -> Iterator[Common]:
    """Yield the samples that a result is made from: those that its methods have in common; the error ratio of
    two comes from those of three."""
    species, period = asked["species"], asked.get("period", "")
    if page == "watch":
        method = asked["method"]
        source = (method, asked["source"])
        yield study.with_held.common(species, "", (method, LAB), source=source, every_campaign=True)
    elif page == "fairness":
        yield study.common(species, period, (MACHINE,))
    elif page in ("pair", "groups"):
        yield common_of(study, asked)
        if page == "groups" and period == CAMPAIGN:
            yield common_of(study, asked, every_campaign=True)
        if page == "pair":
            yield study.common(species, period, METHODS)
    else:
        yield study.common(species, period, METHODS)
        if page == "who_was_right":
            yield study.common(species, period, (PHONE, MACHINE))
