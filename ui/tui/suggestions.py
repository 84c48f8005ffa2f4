"""Suggest how a field of the arrival form is completed, and which suggestion Enter takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from drivers.text import fold, plate_key, unaccented
from station.api import schemas
from ui.tui.lines.texts import with_trailer
from ui.words import vocabulary
from ui.words.i18n import Translator

MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` goes into the field; `label` is what the list says."""

    text: str
    label: str
    vehicle: schemas.Vehicle | None = None
    announced: schemas.Announced | None = None


def announced(rows: Sequence[schemas.Announced], zone: tzinfo | None, t: Translator) -> list[Suggestion]:
    """Suggest what is expected, the soonest first."""
    return [Suggestion(row.plate, announced_text(row, zone, t), announced=row) for row in rows[:MOST]]


def announced_text(row: schemas.Announced, zone: tzinfo | None, t: Translator) -> str:
    """Write "announced · AB-123-CD · Martin · soft wheat · order C-9 · expected 09:30"."""
    kinds = dict.fromkeys(vocabulary.species_name(load.species, t.language) for load in row.loads)
    parts = [with_trailer(row.plate, row.trailer), row.supplier, *kinds]
    if row.order_ref:
        parts.append(t.gettext("order {number}").format(number=row.order_ref))
    if row.expected_at is not None:
        parts.append(t.gettext("expected {when}").format(when=t.time(row.expected_at, zone)))
    return t.gettext("announced · {what}").format(what=" · ".join(part for part in parts if part))


def vehicles(known: Sequence[schemas.Vehicle], t: Translator) -> list[Suggestion]:
    """Suggest "AB-123-CD + XY-456-ZZ · Martin · soft wheat · tare 14 800 kg"."""
    result = []
    for vehicle in known[:MOST]:
        parts = [with_trailer(vehicle.plate, vehicle.trailer), vehicle.supplier or ""]
        parts.append(vocabulary.species_name(vehicle.species, t.language) if vehicle.species else "")
        if vehicle.last_tare_kg is not None:
            parts.append(t.gettext("tare {kg}").format(kg=t.kg(vehicle.last_tare_kg)))
        result.append(Suggestion(vehicle.plate, " · ".join(part for part in parts if part), vehicle))
    return result


def suppliers(known: Sequence[schemas.Supplier]) -> list[Suggestion]:
    return [Suggestion(supplier.name, supplier.name) for supplier in known[:MOST]]


def site_words(keys: Sequence[str], table: Mapping[str, str], typed: str, t: Translator) -> list[Suggestion]:
    """Suggest words of the site (species, claims) that contain what is typed, those that begin so first."""
    wanted = unaccented(typed).strip()
    names = [vocabulary.word(table, key, t.language) for key in keys]
    starts = [name for name in names if unaccented(name).startswith(wanted)]
    inside = [name for name in names if wanted in unaccented(name) and name not in starts]
    return [Suggestion(name, name) for name in (starts + inside)[: MOST + 2]]


def claims(choices: Sequence[schemas.ClaimChoice], typed: str, t: Translator) -> list[Suggestion]:
    """Suggest claims in which every typed word occurs, in their order: the supplier's own come first. Those
    that are typed already are left out."""
    *before, last = typed.split(",")
    taken = {unaccented(one).strip() for one in before}
    wanted = unaccented(last).split()
    found = []
    for choice in choices:
        name = vocabulary.claim_name(choice.id, t.language)
        plain = unaccented(name)
        if plain not in taken and all(word in plain for word in wanted):
            found.append(Suggestion(name, " · ".join(filter(None, (name, _standing(choice, t))))))
    return found[: MOST + 2]


def _standing(choice: schemas.ClaimChoice, t: Translator) -> str:
    if choice.certified:
        return t.gettext("certified")
    if choice.needs_certificate:
        return t.gettext("no certificate yet")
    return t.gettext("usual") if choice.usual else ""


def choice_of_enter(field: str, typed: str, offered: Sequence[Suggestion]) -> int | None:
    """Choose the suggestion that Enter takes when none was picked; None where what is typed stays.

    Species are always taken from the list, a claim where one single name has a word that begins so. A plate
    is completed only when one single known one begins with at least three typed characters, a supplier when
    one single name has a word that does: a new vehicle is never turned into another."""
    if not typed.strip() or not offered:
        return None
    if field == "plate" and (expected := _announced_one(typed, offered)) is not None:
        return expected
    if field == "species":
        return 0
    key = fold if field == "plate" else unaccented
    wanted = key(typed.strip())
    fitting = [i for i, suggestion in enumerate(offered) if _fits(field, key(suggestion.text), wanted)]
    if field == "plate":
        fitting = [i for i in fitting if _may_be(offered[i].text, typed)]
    exact = [i for i in fitting if key(offered[i].text) == wanted]
    if exact:
        return exact[0] if len(exact) == 1 else None
    return fitting[0] if len(fitting) == 1 and len(wanted) >= 3 else None


def _announced_one(typed: str, offered: Sequence[Suggestion]) -> int | None:
    """Choose the soonest of what is announced, where it is all of one vehicle whose plate begins so."""
    key = fold(typed.strip())
    begun = [i for i, one in enumerate(offered) if one.announced and fold(one.text).startswith(key)]
    plates = {fold(offered[i].text) for i in begun}
    return begun[0] if len(plates) == 1 and (len(key) >= 3 or key in plates) else None


def _may_be(plate: str, typed: str) -> bool:
    """Tell whether what is typed parts the plate as it is parted, or one of them is not parted at all."""
    known, begun = plate_key(plate), plate_key(typed)
    return known.startswith(begun) or "-" not in known or "-" not in begun


def _fits(field: str, text: str, wanted: str) -> bool:
    if text.startswith(wanted):
        return True
    return field in ("supplier", "claims") and f" {wanted}" in text
