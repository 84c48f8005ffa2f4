"""Suggest how a field of the arrival form is completed, and which suggestion Enter takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.api import schemas
from ui.words import vocabulary
from ui.words.i18n import Translator

MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` goes into the field; `label` is what the list says."""

    text: str
    label: str
    vehicle: schemas.Vehicle | None = None


def plate_key(plate: str) -> str:
    """Drop blanks and dashes, without which plates are compared."""
    return "".join(c for c in plate.upper() if c.isalnum())


def vehicles(known: Sequence[schemas.Vehicle], t: Translator) -> list[Suggestion]:
    """Suggest "AB-123-CD · Martin · soft wheat · tare 14 800 kg"."""
    result = []
    for vehicle in known[:MOST]:
        parts = [vehicle.plate, vehicle.supplier or ""]
        parts.append(vocabulary.species_name(vehicle.species, t.language) if vehicle.species else "")
        if vehicle.last_tare_kg is not None:
            parts.append(t.gettext("tare {kg}").format(kg=t.kg(vehicle.last_tare_kg)))
        result.append(Suggestion(vehicle.plate, " · ".join(part for part in parts if part), vehicle))
    return result


def suppliers(known: Sequence[schemas.Supplier]) -> list[Suggestion]:
    return [Suggestion(supplier.name, supplier.name) for supplier in known[:MOST]]


def site_words(keys: Sequence[str], table: Mapping[str, str], typed: str, t: Translator) -> list[Suggestion]:
    """Suggest words of the site (species, claims) that contain what is typed, those that begin so first."""
    wanted = typed.casefold().strip()
    names = [vocabulary.word(table, key, t.language) for key in keys]
    starts = [name for name in names if name.casefold().startswith(wanted)]
    inside = [name for name in names if wanted in name.casefold() and name not in starts]
    return [Suggestion(name, name) for name in (starts + inside)[: MOST + 2]]


def choice_of_enter(field: str, typed: str, offered: Sequence[Suggestion]) -> int | None:
    """Choose the suggestion that Enter takes when none was picked; None where what is typed stays.

    Words of the site are always taken from the list. A plate is completed only when one single known one
    begins with at least three typed characters, a supplier when one single name has a word that does: a new
    vehicle is never turned into another."""
    if not typed.strip() or not offered:
        return None
    if field == "species":
        return 0
    key = plate_key if field == "plate" else str.casefold
    wanted = key(typed.strip())
    fitting = [i for i, suggestion in enumerate(offered) if _fits(field, key(suggestion.text), wanted)]
    exact = [i for i in fitting if key(offered[i].text) == wanted]
    if exact:
        return exact[0]
    return fitting[0] if len(fitting) == 1 and len(wanted) >= 3 else None


def _fits(field: str, text: str, wanted: str) -> bool:
    if text.startswith(wanted):
        return True
    return field == "supplier" and f" {wanted}" in text
