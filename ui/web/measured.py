"""How values and reasons are written in one line."""

from collections.abc import Collection, Mapping, Sequence

from station.api import schemas
from ui.words import vocabulary
from ui.words.i18n import Translator
from ui.words.odds import known_part

MOST_DECIMALS = 2
NO_BREAK = "\N{NO-BREAK SPACE}"


def told(reasons: Sequence[schemas.Reason]) -> str:
    return " · ".join(one.message for one in reasons)


def measured(t: Translator, values: Mapping[str, schemas.Value], to_confirm: Collection[str] = ()) -> str:
    """ "protein 11.8 ± 0.2 % dry m. · moisture 13.2 %": each with its standard uncertainty where it is known,
    what is to be confirmed marked so."""
    told = t.gettext("{value} (to be confirmed)")
    texts = {analyte: _one(t, analyte, value) for analyte, value in values.items()}
    return " · ".join(
        told.format(value=text) if analyte in to_confirm else text for analyte, text in texts.items()
    )


def cell_means(t: Translator, cell: schemas.Cell) -> str:
    """What a cell holds, each mean with the tonnes that it is known of where these are not all."""
    marked = t.gettext("{value} (to be confirmed)")
    texts = []
    for analyte, value in cell.quality.items():
        text = _one(t, analyte, value) + known_part(value.known_t, cell.content_t, t)
        texts.append(marked.format(value=text) if analyte in cell.to_confirm else text)
    return " · ".join(texts)


def analytes_named(t: Translator, analytes: Sequence[str]) -> str:
    return ", ".join(vocabulary.analyte_name(one, t.language) for one in analytes)


def basis_named(t: Translator, basis: str | None) -> str:
    """A moisture basis, or whether kernels were counted or weighed."""
    shares = {"by_count": t.gettext("by count"), "by_mass": t.gettext("by mass")}
    return shares.get(basis or "") or vocabulary.basis_name(basis, t.language)


def _one(t: Translator, analyte: str, value: schemas.Value) -> str:
    number = t.gettext("unreadable") if value.value is None else t.plain(value.value, MOST_DECIMALS)
    if value.value is not None and value.u is not None:
        number += f"{NO_BREAK}±{NO_BREAK}{t.plain(value.u, MOST_DECIMALS)}"
    basis = vocabulary.basis_name(value.basis, t.language)
    name = vocabulary.analyte_name(analyte, t.language)
    amount = NO_BREAK.join(part for part in (number, value.unit, basis) if part)
    return f"{name} {amount}"
