"""Contracts and varieties are offered while they are typed; the only contract that fits is filled in."""

from collections.abc import Callable, Sequence

from drivers.text import unaccented
from station.api import schemas
from ui.tui.screens.arrival_form import ArrivalForm
from ui.tui.station import Station
from ui.tui.suggestions import MOST, Suggestion
from ui.words import vocabulary
from ui.words.i18n import Translator

Show = Callable[[list[Suggestion]], None]


def suggest(station: Station, name: str, form: ArrivalForm, species: str, t: Translator, show: Show) -> None:
    """Ask for what the field `name` may be completed with."""
    client, typed, supplier = station.client, form.value(name), form.draft.supplier.strip()
    if name == "variety":
        station.read(
            lambda: client.varieties(species), lambda known: show(_fitting(_varieties(known), typed))
        )
    elif supplier:
        station.read(
            lambda: client.contracts(supplier, species),
            lambda known: show(_fitting(_contracts(known, t), typed)),
        )


def fill_only_contract(
    station: Station, form: ArrivalForm, species: str, t: Translator, then: Callable[[], None]
) -> None:
    """Fill in the contract, its variety and claims where one alone fits and nothing is typed there."""
    load, supplier = form.load, form.draft.supplier.strip()
    if not species or not supplier or load.contract.strip():
        return

    def fill(known: Sequence[schemas.Contract]) -> None:
        if len(known) != 1 or load.contract.strip() or form.draft.supplier.strip() != supplier:
            return
        (only,) = known
        load.contract = only.number
        load.variety = load.variety or only.variety
        claims = ", ".join(vocabulary.claim_name(claim, t.language) for claim in only.claims)
        load.claims = load.claims or claims
        if form.load is load:
            form.show_all_but_open()
        then()

    station.read(lambda: station.client.contracts(supplier, species), fill)


def _varieties(known: Sequence[schemas.Variety]) -> list[Suggestion]:
    return [Suggestion(one.name, one.name) for one in known]


def _contracts(known: Sequence[schemas.Contract], t: Translator) -> list[Suggestion]:
    """Suggest "2026-118 · Chevignon · 84,3 t left"."""
    return [Suggestion(one.number, " · ".join(filter(None, _said(one, t)))) for one in known]


def _said(one: schemas.Contract, t: Translator) -> list[str]:
    claims = [vocabulary.claim_name(claim, t.language) for claim in one.claims]
    left = (
        "" if one.remaining_t is None else t.gettext("{tonnes} left").format(tonnes=t.tonnes(one.remaining_t))
    )
    return [one.number, one.variety, *claims, left]


def _fitting(offered: Sequence[Suggestion], typed: str) -> list[Suggestion]:
    """Those that contain what is typed, those that begin so first."""
    wanted = unaccented(typed).strip()
    starts = [one for one in offered if unaccented(one.text).startswith(wanted)]
    inside = [one for one in offered if wanted in unaccented(one.text) and one not in starts]
    return [*starts, *inside][: MOST + 2]
