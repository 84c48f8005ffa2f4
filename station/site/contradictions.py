"""What is right key by key in a site file and cannot go well on the day: told by `silo check`, and in the log
at a start, which it does not prevent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from drivers.analytes import ANALYTES, basis_allowed
from drivers.reading import PLAUSIBLE, Analyte, Basis
from drivers.text import fold
from station.grain.asking import Doubt
from station.grain.grades import Grade, RulePack, pack_at
from station.site.contradiction import Contradiction, error, warning
from station.site.file import SiteSettings
from station.site.instruments import Protocols, wrong_instruments
from station.site.policy import asking_of

MOST_KG = 100_000  # no vehicle weighs more
LONGEST_WINDOW_MIN = 240


def contradictions(
    settings: SiteSettings, packs: Sequence[RulePack], protocols: Protocols, at: datetime
) -> Iterator[Contradiction]:
    """`protocols` are what the instruments speak, by port id, without those that no driver fits."""
    today = at.astimezone(ZoneInfo(settings.site.timezone)).date()
    yield from wrong_instruments(settings, protocols, today)
    yield from _packs(packs, at)
    yield from _cells(settings, {grade.id: grade for pack in packs for grade in pack.grades})
    yield from _ways(settings)
    yield from _received(settings, {grade.id: grade.species for pack in packs for grade in pack.grades})
    yield from _never_measured(settings, packs)
    yield from _names(settings)
    yield from _weighing(settings, protocols)
    yield from _lists(settings)
    yield from _photos(settings)
    yield from _quality(settings)
    yield from _treatments(settings)


def _packs(packs: Sequence[RulePack], at: datetime) -> Iterator[Contradiction]:
    seen: set[tuple[str, str]] = set()
    for index, pack in enumerate(packs):
        if (pack.name, pack.version) in seen:
            where = f"site.rule_packs[{index}]"
            yield error(where, "pack_twice", name=pack.name, version=pack.version)
        seen.add((pack.name, pack.version))
    if packs and pack_at(packs, at) is None:
        yield error("site.rule_packs", "no_pack_in_force")


def _cells(settings: SiteSettings, grades: dict[str, Grade]) -> Iterator[Contradiction]:
    for index, cell in enumerate(settings.cells):
        where, grade = f"cells[{index}]", grades.get(cell.grade or "")
        if cell.grade is not None and grade is None and grades:
            yield error(f"{where}.grade", "unknown_grade", grade=cell.grade)
        elif cell.grade is not None and cell.role != "normal":
            yield warning(f"{where}.grade", "grade_unused")
        elif grade is not None and cell.species not in (None, grade.species):
            yield error(
                f"{where}.grade", "grade_of_other_species",
                grade=cell.grade, species=grade.species, cell_species=cell.species,
            )  # fmt: skip
        if cell.species is not None and cell.species not in settings.site.species:
            yield warning(f"{where}.species", "cell_species_not_received", species=cell.species)
        if cell.opening and not cell.opening_t:
            yield warning(f"{where}.opening", "opening_of_nothing")
        for analyte, held in cell.opening.items():
            if not basis_allowed(analyte, held.basis):
                bases = [str(basis) for basis in ANALYTES.entries[analyte].bases or (Basis.AS_IS,)]
                yield error(f"{where}.opening.{analyte}", "opening_basis", bases=bases)


def _ways(settings: SiteSettings) -> Iterator[Contradiction]:
    begun = {pit for line in settings.lines for pit in line.pits}
    for index, pit in enumerate(settings.pits):
        if pit.id not in begun:
            yield error(f"pits[{index}].id", "pit_reaches_nothing", name=pit.id)
    for index, line in enumerate(settings.lines):
        for key, ids in (("pits", line.pits), ("cells", line.cells)):
            yield from (warning(f"lines[{index}].{key}", "listed_twice", name=id_) for id_ in _again(ids))
    if not any(cell.open and cell.role == "normal" for cell in settings.cells):
        yield error("cells", "all_closed")


def _received(settings: SiteSettings, species_of_grade: dict[str, str]) -> Iterator[Contradiction]:
    """A cell without species and grade (to hold what waits) takes any."""
    taken = {
        cell.species or species_of_grade.get(cell.grade or "")
        for cell in settings.cells
        if cell.open and (cell.role != "quarantine")
    }
    for index, species in enumerate(settings.site.species):
        if species not in taken and None not in taken:
            yield error(f"site.species[{index}]", "species_without_cell", species=species)
    meant: dict[str, tuple[str, str]] = {}
    for name, species in settings.products.items():
        if species not in settings.site.species:
            yield warning(f"products.{name}", "product_not_received", species=species)
        for other, (folded, theirs) in meant.items():
            if folded == fold(name) and theirs != species:
                yield error(f"products.{name}", "product_twice", name=name, other=other)
        meant[name] = (fold(name), species)


def _never_measured(settings: SiteSettings, packs: Iterable[RulePack]) -> Iterator[Contradiction]:
    """Only by grades that a cell has."""
    used = {cell.grade for cell in settings.cells}
    missing: dict[str, set[str]] = defaultdict(set)
    for grade in (grade for pack in packs for grade in pack.grades if grade.id in used):
        for criterion in grade.criteria:
            if criterion.required == "intake" and not settings.order.get(criterion.analyte):
                missing[criterion.analyte].add(grade.id)
    for analyte, grades in sorted(missing.items()):
        yield warning(f"order.{analyte}", "never_measured", analyte=analyte, grades=sorted(grades))


def _names(settings: SiteSettings) -> Iterator[Contradiction]:
    """As people read them: capitals make no difference."""
    for section in ("cells", "pits", "lines", "instruments", "suppliers"):
        first: dict[str, int] = {}
        for index, row in enumerate(getattr(settings, section)):
            before = first.setdefault(fold(row.name), index)
            if before != index:
                other = f"{section}[{before}]"
                yield error(f"{section}[{index}].name", "same_name", name=row.name, other=other)


def _weighing(settings: SiteSettings, protocols: Protocols) -> Iterator[Contradiction]:
    rule = settings.weighing
    if rule.zero_kg >= rule.minimum_kg:
        yield error("weighing.zero_kg", "zero_over_minimum", minimum_kg=rule.minimum_kg)
    analyzers = {port for port, protocol in protocols.items() if protocol.category != "weighbridge"}
    bridges = [one for one in settings.instruments if one.id not in analyzers]
    most_kg = min((one.max_kg for one in bridges if one.max_kg is not None), default=MOST_KG)
    if rule.minimum_kg >= most_kg:
        yield error("weighing.minimum_kg", "minimum_over_vehicles")
    if settings.intake.pairing_window_min > LONGEST_WINDOW_MIN:
        minutes = settings.intake.pairing_window_min
        yield warning("intake.pairing_window_min", "window_over_hours", input=minutes)


def _lists(settings: SiteSettings) -> Iterator[Contradiction]:
    intake, site = settings.intake, settings.site
    for key, names in (
        ("intake.override_reasons", intake.override_reasons),
        ("intake.refusal_reasons", intake.refusal_reasons),
        ("site.open_campaigns", site.open_campaigns),
        ("site.species", site.species),
        ("photo.species", settings.photo.species),
        ("photo.doubt", settings.photo.doubt),
    ):
        yield from (warning(key, "listed_twice", name=name) for name in _again(names))
        if not names and key.startswith("intake"):
            yield warning(key, "nothing_to_choose")


def _photos(settings: SiteSettings) -> Iterator[Contradiction]:
    """A photo of a species that no model judges is no contradiction: its kernels are counted."""
    asks = settings.photo
    if asking_of(settings).asks and not settings.vision.enabled:
        yield warning("photo", "photos_not_judged")
    for index, species in enumerate(asks.species):
        if species not in settings.site.species:
            yield warning(f"photo.species[{index}]", "photo_species_not_received", species=species)
    if Doubt.NEAR_LIMIT in asks.doubt and not any(one.uncertainty for one in settings.instruments):
        yield warning("photo.doubt", "nothing_near_limit")


def _quality(settings: SiteSettings) -> Iterator[Contradiction]:
    """A tolerance that no two values can exceed judges nothing; a bias that may be larger hides in none."""
    said = settings.quality
    for key, limits in (("tolerance", said.tolerance), ("permitted", said.permitted)):
        for analyte, limit in limits.items():
            low, high = PLAUSIBLE[analyte]
            where = f"quality.{key}.{analyte.value}"
            if analyte == Analyte.WEIGHT:
                yield warning(where, "no_method_of_weight")
            elif limit >= (high - low) / 2:
                yield warning(where, "limit_never_exceeded", input=limit, low=low, high=high)
    for analyte, permitted in said.permitted.items():
        tolerance = said.tolerance.get(analyte)
        if tolerance is not None and permitted > tolerance:
            where = f"quality.permitted.{analyte.value}"
            yield warning(where, "bias_over_tolerance", input=permitted, tolerance=tolerance)


def _treatments(settings: SiteSettings) -> Iterator[Contradiction]:
    """A highest dose without its unit is that of no dose that a person can enter."""
    for index, product in enumerate(settings.treatments):
        if product.most is not None and not product.unit:
            yield error(f"treatments[{index}].unit", "dose_without_unit", most=product.most)


def _again(names: Sequence[str]) -> list[str]:
    return [name for index, name in enumerate(names) if name in names[:index]]
