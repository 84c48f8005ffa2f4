"""The laboratory of the simulated season: it is sent retained samples, and answers days later with a file."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random

from sqlmodel import col, select

from drivers.reading import Analyte
from station.demo.season.nature import laboratory_reads
from station.demo.season.plan import LoadPlan, day_begins
from station.demo.season.world import World
from station.lab.files.profile import read_lab_profile
from station.lab.importing import import_file
from station.receival.laboratory import custody, sending
from station.store.tables import RetainedSample, SentSample

NAME = "Labo Sud"
PROFILE = Path(__file__).with_name("laboratory.toml")
CHOSEN_AT, HANDED_AT, ANSWERED_AT = timedelta(hours=18, minutes=30), timedelta(hours=6), timedelta(hours=12)
ANSWERS_IN = (2, 9)  # days
CORRECTED_IN = timedelta(days=3)
_TITLES = {
    Analyte.PROTEIN: "Protéines", Analyte.MOISTURE: "Humidité", Analyte.TEST_WEIGHT: "PS",
    Analyte.VARIETY_PURITY: "Pureté variétale",
}  # fmt: skip
Row = tuple[str, dict[Analyte, float]]


class Laboratory:
    """Takes what is chosen each evening. One report mixes two samples up, and is corrected."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._profile = read_lab_profile(PROFILE)
        self._reports = 0
        self._mixed_up = max(1, world.size.days // 3)

    def begin(self) -> None:
        for day in range(1, self._world.size.days + 1):
            self._world.agenda.note(day_begins(day) + CHOSEN_AT, self._choose)

    def _choose(self, at: datetime) -> None:
        world = self._world
        row = sending.choose_to_send(world.desk, world.size.budget, world.manager, at)
        query = select(RetainedSample.number).join(SentSample).where(SentSample.sending_id == row.id)
        with world.desk.ledger.read() as tx:
            numbers = tx.exec(query.order_by(col(SentSample.position))).all()
        if numbers:
            leaves = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) + HANDED_AT
            world.agenda.note(leaves, lambda when: self._hand_over(numbers, when))

    def _hand_over(self, numbers: Sequence[str], at: datetime) -> None:
        world = self._world
        for place, number in enumerate(numbers):
            when = at + timedelta(milliseconds=place)
            custody.hand_over(world.desk, number, NAME, world.manager, when)
        self._reports += 1
        rng = Random(f"laboratory {world.plan.seed} {self._reports}")
        days = timedelta(days=rng.randint(*ANSWERS_IN))
        answers = at.replace(hour=0, minute=0, second=0, microsecond=0) + days + ANSWERED_AT
        rows = [self._analyse(rng, world.kept[number]) for number in numbers]
        report = f"LS26-{self._reports:04d}"
        if self._reports == self._mixed_up and (pair := _alike(rows)):
            mixed = dict(zip(pair, reversed(pair), strict=True))
            first = [(row[0], rows[mixed.get(place, place)][1]) for place, row in enumerate(rows)]
            world.agenda.note(answers, lambda when: self._answer(report, first, when))
            world.agenda.note(answers + CORRECTED_IN, lambda when: self._correct(report, rows, pair, when))
        else:
            world.agenda.note(answers, lambda when: self._answer(report, rows, when))

    def _analyse(self, rng: Random, plan: LoadPlan) -> Row:
        return plan.barcode, laboratory_reads(rng, plan.grain)

    def _correct(self, report: str, rows: Sequence[Row], pair: tuple[int, int], at: datetime) -> None:
        self._answer(report, rows, at)
        barcodes = [rows[place][0] for place in pair]
        self._world.truth.note("report_corrected", at, report=report, barcodes=barcodes)

    def _answer(self, report: str, rows: Sequence[Row], at: datetime) -> None:
        data = _file(report, rows, at)
        world = self._world
        name = f"{report}-{at:%Y%m%d}.csv"
        import_file(world.desk.ledger, data, self._profile, world.manager.id, at, name=name)


def _alike(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Return two samples of which the same was asked: such are mixed up."""
    pairs = combinations(range(len(rows)), 2)
    return next(((i, j) for i, j in pairs if rows[i][1].keys() == rows[j][1].keys()), None)


def _file(report: str, rows: Sequence[Row], at: datetime) -> bytes:
    titles = ("N° échantillon", "N° rapport", "N° labo", "Date", *_TITLES.values())
    lines = [";".join(titles)]
    for number, (barcode, values) in enumerate(rows, start=1):
        told = [f"{values[one]:.2f}".replace(".", ",") if one in values else "" for one in _TITLES]
        lines.append(";".join([barcode, report, f"{report}/{number}", f"{at:%d/%m/%Y}", *told]))
    return ("\r\n".join(lines) + "\r\n").encode()
