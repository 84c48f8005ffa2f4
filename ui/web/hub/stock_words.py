"""How contents of cells, and the age of what is known of them, are written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from station.headquarters.map import FARM, NOTHING, ROWS, WORD, CellStock, Place, mean_of
from ui.web.measured import NO_BREAK
from ui.words import vocabulary
from ui.words.farms import sure_name
from ui.words.i18n import N_, Translator

SHOWN = ("moisture", "protein", "test_weight", "oil", "calibration_2_5", "falling_number")
KNOWN = {
    WORD: N_("said {age} ago"), ROWS: N_("from movements received {age} ago"), FARM: N_("noted {age} ago"),
    NOTHING: N_("heard {age} ago, contents not yet"),
}  # fmt: skip


def known_of(t: Translator, place: Place, at: datetime) -> str:
    """Say from where the contents are known and how old that is, in plain words."""
    age = place.age(at)
    if age is None:
        return t.gettext("nothing noted yet") if place.is_farm else t.gettext("never heard")
    return t.gettext(KNOWN[place.source]).format(age=t.age(age.total_seconds()))


def quality_of(t: Translator, quality: Mapping[str, Any]) -> str:
    """Write the means of a cell in one line, the usual ones first."""
    names = [one for one in SHOWN if one in quality] + sorted(set(quality) - set(SHOWN))
    return " · ".join(_mean(t, name, quality[name].get("value"), quality[name]) for name in names)


def mean_quality(t: Translator, place: Place, species: str) -> str:
    """Write the means of all that a place holds of a species."""
    means = mean_of(place.cells, species)
    names = [one for one in SHOWN if one in means]
    return " · ".join(_mean(t, name, *means[name]) for name in names)


def grade_of(t: Translator, cell: CellStock) -> str:
    return cell.grade_name.get(t.language) or next(iter(cell.grade_name.values()), cell.grade)


def species_named(t: Translator, species: str) -> str:
    return vocabulary.species_name(species, t.language) if species else t.gettext("not said")


def sure_of(t: Translator, cell: CellStock, at: datetime) -> str:
    """Say how a farm store's content is known, and since when; "" of a silo's cell."""
    if not cell.sure:
        return ""
    told = sure_name(cell.sure, t.language)
    if cell.since is None:
        return told
    age = t.age((at - cell.since).total_seconds())
    return t.gettext("{how}, {age} ago").format(how=told, age=age)


def _mean(t: Translator, analyte: str, value: float | None, said: Mapping[str, Any]) -> str:
    number = t.gettext("unreadable") if value is None else t.plain(value, 2)
    basis = vocabulary.basis_name(said.get("basis"), t.language)
    amount = NO_BREAK.join(part for part in (number, str(said.get("unit") or ""), basis) if part)
    return f"{vocabulary.analyte_name(analyte, t.language)} {amount}"
