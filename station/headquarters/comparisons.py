"""Work out what the pages of comparisons say at headquarters: of each silo what its own pages say, and of all
silos together, analyte by analyte.

Silos come one after another, so that no more is held than one of them and what is drawn of the others. All
together are compared on the samples of each, drawn by lot where there are too many; loads are counted on all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, delete, insert, select, tuple_

from station.grain.grades import RulePack
from station.headquarters.silos import (
    Drawn,
    Silo,
    analytes_of,
    drawn,
    narrowed,
    silos,
    wanted_of,
    wanted_of_all,
    with_unjudged,
)
from station.hub.jobs import Stopping
from station.hub.page_tables import ALL, COMPARED, COMPARISONS
from station.lab.pages.asking import Made, Wanted, write_new
from station.lab.pages.gather import limits_of, site_of, study_of
from station.lab.pages.making import MADE_BY, MOST_QUESTIONS, Marks, Ratios, made
from station.lab.pages.questions import Question, questions_of
from station.lab.pages.study import LAB, MACHINE, METHODS, PHONE, Adjusted, Json, LoadFacts, Row, Sent, Study
from station.store.stored import Key, Renewed, canonical, unpacked

MOST_SAMPLES = 60_000  # of all silos together, in one comparison
LEAST_SAMPLES = 200  # of one silo
NOT_BRIEF = frozenset({"points", "checks", "loads"})
WHO = "who_was_right"
# Which samples compare all silos: what the laboratory analysed, and what phone and machine measured.
KINDS: tuple[tuple[str, ...], ...] = (METHODS, (PHONE, MACHINE))


@dataclass(frozen=True, slots=True)
class Compared:
    """How many questions of an analyte have an answer, and how many of these were worked out now."""

    questions: int
    renewed: int


@dataclass(slots=True)
class Comparing:
    """Works one analyte out, over all silos."""

    engine: Engine
    hub: MetaData
    analyte: str
    now: datetime
    _seen: dict[str, Wanted] = field(default_factory=dict)

    def run(self, must_stop: Callable[[], bool] = lambda: False) -> Compared:
        """Where nothing came since the last time, nothing is read. Raises Stopping between two silos: what is
        done so far stays."""
        with self.engine.connect() as connection:
            known, marks = silos(connection, self.hub), self._marks(connection)
        own = {silo.id: self._mark(silo) for silo in known}
        whole = _digest("".join(own.values()))
        if marks.get(ALL) == whole:
            return Compared(0, 0)
        every = []
        for silo in known:
            if must_stop():
                raise Stopping
            is_same = marks.get(silo.id) == own[silo.id]
            every.append(self._silo(silo, is_same=is_same, mark=own[silo.id]))
        every.append(self._all([silo for silo in known if silo.id in self._seen], whole))
        return Compared(sum(one.questions for one in every), sum(one.renewed for one in every))

    def _mark(self, silo: Silo) -> str:
        return _digest(f"{MADE_BY} {silo.mark} {sorted(silo.compares.items())} {self.now.date()}")

    def _silo(self, silo: Silo, *, is_same: bool, mark: str) -> Compared:
        records = with_unjudged(self.engine, self.hub, silo.id)
        if self.analyte not in analytes_of(records):
            return Compared(0, 0)
        wanted = self._seen[silo.id] = wanted_of(records, silo, self.now)
        if is_same:
            return Compared(0, 0)
        site = site_of(records, wanted)
        study = study_of(records, self.analyte, site)
        return self._keep(silo.id, mark, _results(study, site.pack, self._digests(silo.id)))

    def _all(self, known: Sequence[Silo], mark: str) -> Compared:
        """The error ratios that three methods tell hold for the pairs of two as well."""
        most = max(LEAST_SAMPLES, MOST_SAMPLES // max(1, len(known)))
        wanted = wanted_of_all([self._seen[silo.id] for silo in known], self.now)
        digests, ratios, counted = self._digests(ALL), Ratios(), self._counted()

        def results() -> Iterator[Made]:
            for methods in KINDS:
                samples = {silo.id: self._drawn(silo, methods, most) for silo in known}
                parts = ((silo, self._part(silo, samples[silo.id])) for silo in known)
                study, pack = together(self.analyte, parts, wanted)
                out_of = _out_of(samples.values())
                marks = Marks.of(study, pack)
                for question in questions_of_all(study, methods):
                    page, asked = question
                    told = counted.get(canonical(page, asked), {}) if page == WHO else {}
                    yield made(marks, question, digests, ratios, told | out_of)

        return self._keep(ALL, mark, results())

    def _drawn(self, silo: Silo, methods: Sequence[str], most: int) -> Drawn:
        return drawn(with_unjudged(self.engine, self.hub, silo.id), self.analyte, methods, most)

    def _part(self, silo: Silo, found: Drawn) -> Study:
        some = narrowed(with_unjudged(self.engine, self.hub, silo.id), found.samples)
        return study_of(some, self.analyte, site_of(some, self._seen[silo.id]))

    def _counted(self) -> dict[str, Json]:
        """Return on how many loads of all silos phone and machine disagree, by question."""
        table = self.hub.tables[COMPARISONS]
        query = select(table.c.asked, table.c.brief).where(
            table.c.page == WHO, table.c.analyte == self.analyte, table.c.station != ALL
        )
        found: dict[str, Json] = {}
        with self.engine.connect() as connection:
            for asked, brief in connection.execute(query.order_by(table.c.station)):
                own = found.setdefault(asked, {"compared": 0, "disagreed": 0, "tonnes": 0.0})
                for name, value in (brief.get("all_loads") or {}).items():
                    own[name] = round(own[name] + value, 3)
        return {asked: {"all_loads": counts} for asked, counts in found.items()}

    def _keep(self, silo: str, mark: str, results: Iterable[Made]) -> Compared:
        """Write new results; in the end forget what is asked no more, and note as of what they are."""
        asked, renewed = write_new(results, partial(self._write, silo))
        table, compared = self.hub.tables[COMPARISONS], self.hub.tables[COMPARED]
        gone = [key for key in self._digests(silo) if key not in asked]
        mine = (compared.c.station == silo) & (compared.c.analyte == self.analyte)
        with self.engine.begin() as connection:
            if gone:
                keys = tuple_(table.c.page, table.c.asked).in_(gone)
                connection.execute(delete(table).where(table.c.station == silo, keys))
            connection.execute(delete(compared).where(mine))
            connection.execute(
                insert(compared).values(station=silo, analyte=self.analyte, mark=mark, at=self.now)
            )
        return Compared(len(asked), renewed)

    def _write(self, silo: str, some: Sequence[Renewed]) -> None:
        table = self.hub.tables[COMPARISONS]
        rows = [_row(silo, self.analyte, one, self.now) for one in some]
        keys = tuple_(table.c.page, table.c.asked).in_([(one.page, one.asked) for one in some])
        with self.engine.begin() as connection:
            connection.execute(delete(table).where(table.c.station == silo, keys))
            connection.execute(insert(table), rows)

    def _digests(self, silo: str) -> dict[Key, str]:
        table = self.hub.tables[COMPARISONS]
        query = select(table.c.page, table.c.asked, table.c.made_from)
        query = query.where(table.c.station == silo, table.c.analyte == self.analyte)
        with self.engine.connect() as connection:
            return {(page, asked): digest for page, asked, digest in connection.execute(query)}

    def _marks(self, connection: Connection) -> dict[str, str]:
        table = self.hub.tables[COMPARED]
        query = select(table.c.station, table.c.mark).where(table.c.analyte == self.analyte)
        return dict(map(tuple, connection.execute(query)))


def together(
    analyte: str, parts: Iterable[tuple[Silo, Study]], wanted: Wanted
) -> tuple[Study, RulePack | None]:
    """Put studies of several silos into one: sources belong to their silo, laboratories to all."""
    pack = wanted.pack
    rows: list[Row] = []
    held: list[Row] = []
    sent: dict[str, Sent] = {}
    loads: dict[str, LoadFacts] = {}
    adjusted: list[Adjusted] = []
    names: dict[str, str] = {}
    places: dict[str, str] = {}
    known: dict[str, str] = {}
    for silo, part in parts:
        known[silo.id] = silo.name
        rows += [_of_silo(silo, row) for row in part.rows]
        held += [_of_silo(silo, row) for row in part.held]
        sent |= part.sent
        loads |= {load: replace(facts, silo=silo.id) for load, facts in part.loads.items()}
        adjusted += [replace(one, source=_source(silo, one.source)) for one in part.adjusted]
        own = {row["source"] for row in (*part.rows, *part.held) if row["method"] != LAB}
        places |= {_source(silo, source): silo.id for source in own}
        names |= {_source(silo, source): part.name_of(source) for source in own}
    study = Study(
        analyte, rows, held, sent, loads, wanted.campaign, wanted.since, names,
        limits=limits_of(pack, analyte) if pack else [], tolerance=wanted.tolerance.get(analyte),
        permitted=wanted.permitted.get(analyte), citation=wanted.citation, adjusted=adjusted,
        control_every_days=wanted.control_every_days, silos=known, places=places,
    )  # fmt: skip
    return study, pack


def questions_of_all(study: Study, methods: Sequence[str]) -> Iterator[Question]:
    """Yield what is asked of all silos: single instruments, phones and persons are asked about at their
    silo."""
    for page, asked in questions_of(study):
        pair = (asked.get("test", PHONE), asked.get("reference", LAB))
        is_of_kind = (LAB in pair) == (LAB in methods)
        if page not in ("fairness", "watch") and not asked.get("source") and is_of_kind:
            yield page, asked


def _results(study: Study, pack: RulePack | None, known: Mapping[Key, str]) -> Iterator[Made]:
    marks, ratios = Marks.of(study, pack), Ratios()
    for question in islice(questions_of(study), MOST_QUESTIONS):
        yield made(marks, question, known, ratios)


def _out_of(some: Iterable[Drawn]) -> Json:
    """Say how many samples were drawn by lot out of how many, where that was so."""
    counts = [(len(one.samples), one.out_of) for one in some]
    own, all_of_them = sum(count for count, _ in counts), sum(out_of for _, out_of in counts)
    return {"drawn": {"samples": own, "out_of": all_of_them}} if own < all_of_them else {}


def _of_silo(silo: Silo, row: Row) -> Row:
    return row if row["method"] == LAB else {**row, "source": _source(silo, row["source"])}


def _source(silo: Silo, source: str) -> str:
    """Two silos may have instruments of one name."""
    return f"{silo.id}/{source}"


def _row(silo: str, analyte: str, one: Renewed, at: datetime) -> dict[str, Any]:
    result = unpacked(one.packed)
    return {
        "station": silo, "page": one.page, "asked": one.asked, "analyte": analyte, "at": at, "n": one.n,
        "made_from": one.made_from, "result": one.packed,
        "brief": {name: value for name, value in result.items() if name not in NOT_BRIEF},
    }  # fmt: skip


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
