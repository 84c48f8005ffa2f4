"""The acts on one load: override, a typed value, a barcode, the variety seen, refusal, leaving."""

from typing import Literal

from station.api import schemas
from ui.tui.decisions import decide
from ui.tui.dialogs import Choice, Option
from ui.tui.entry import parse_number
from ui.tui.lines.queue import way
from ui.tui.lines.words import against, reason_list
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary

VARIETY = "variety"
_BASES: tuple[Literal["dm", "as_is"], ...] = ("dm", "as_is")


class LoadActs:
    """Questions and requests for `load`, asked on `screen`."""

    def __init__(self, screen: StationScreen, load: schemas.Load) -> None:
        self._screen = screen
        self._station = screen.station
        self._client = screen.station.client
        self._load = load
        self._t = screen.t

    # --- another cell ---------------------------------------------------------------------------------
    def override(self) -> None:
        """First the pit and cell, then the reason."""
        proposal, t = self._load.proposal, self._t
        if proposal is None or self._load.decision is not None:
            self._station.say(t.gettext("There is nothing to decide for this load now."), is_problem=True)
            return
        self._screen.choose(t.gettext("Which cell instead?"), self._choices(proposal), self._why)

    def _choices(self, proposal: schemas.Proposal) -> list[Option]:
        """Ranked ones first, then every other cell and pit of the site with what speaks against it."""
        board, t = self._screen.board, self._t
        proposed = (proposal.pit, proposal.cell)
        options = [
            Option(f"{ranked.pit}\n{ranked.cell}", t.named(way(ranked.pit, ranked.cell, board, t), reasons))
            for ranked in proposal.ranked
            if (ranked.pit, ranked.cell) != proposed
            and (reasons := reason_list(ranked.reasons[:2], t)) is not None
        ]
        known = {option.key for option in options} | {"\n".join(part or "" for part in proposed)}
        told_against = {refused.cell: against(refused.reasons, t) for refused in proposal.refused}
        for cell in board.cells:
            for pit in cell.pits:
                if f"{pit}\n{cell.id}" not in known:
                    text = told_against.get(cell.id) or t.gettext("not ranked")
                    label = t.gettext("✗ {way}").format(way=t.named(way(pit, cell.id, board, t), text))
                    options.append(Option(f"{pit}\n{cell.id}", label))
        return options

    def _why(self, choice: Choice) -> None:
        pit, _, cell = choice.key.partition("\n")
        site = self._screen.board.site
        title = self._t.gettext("Why {way}?").format(way=way(pit, cell, self._screen.board, self._t))
        known = site.override_reasons if site else []
        self._screen.choose_reason(
            title, known, lambda reason: decide(self._station, self._load, pit, cell, reason)
        )

    # --- values ---------------------------------------------------------------------------------------
    def type_value(self) -> None:
        """A value by analyte (protein and oil by basis), or the variety that is seen."""
        t, site = self._t, self._screen.board.site
        options = [Option(VARIETY, t.gettext("variety seen"))]
        for analyte in site.analytes if site else []:
            name = vocabulary.analyte_name(analyte, t.language)
            if site and analyte in site.on_basis:
                options += [
                    Option(f"{analyte}\n{basis}", f"{name} ({vocabulary.basis_name(basis, t.language)})")
                    for basis in _BASES
                ]
            elif analyte != "weight":
                options.append(Option(f"{analyte}\n", name))
        in_order = options[1:] + options[:1]
        self._screen.choose(t.gettext("Type which value?"), in_order, self._value_of)

    def _value_of(self, choice: Choice) -> None:
        if choice.key == VARIETY:
            self._ask_variety()
            return
        analyte, _, basis = choice.key.partition("\n")
        t = self._t
        if self._load.barcode is None:
            self._station.say(t.gettext("Scan the load's sample first, then type values."), is_problem=True)
            return

        def check(text: str) -> str | None:
            return None if parse_number(text) is not None else t.gettext("Type a number.")

        def typed(text: str) -> None:
            value = parse_number(text)
            if value is not None:
                self._send_value(analyte, value, basis, choice.text)

        self._screen.ask(choice.text, t.gettext("a number, for example 11,8"), check, typed)

    def _send_value(self, analyte: str, value: float, basis: str, name: str) -> None:
        known_basis: Literal["as_is", "dm"] | None = "dm" if basis == "dm" else "as_is" if basis else None
        value_in = schemas.TypedValueIn(value=value, basis=known_basis)
        reading = schemas.TypedReadingIn(barcode=self._load.barcode or "", values={analyte: value_in})
        told = self._t.gettext("{name} typed: {value}.").format(name=name, value=self._t.plain(value))
        self._send_reading(reading, told)

    def _send_reading(self, reading: schemas.TypedReadingIn, told: str) -> None:
        """Where the value is not usual of the species, the operator is asked once more."""
        t = self._t

        def ask_again(refused: schemas.Problem) -> bool:
            if refused.code != "unusual_value":
                return False
            sure = reading.model_copy(update={"despite_remarks": True})
            title = t.gettext("{problem}. Is it right?").format(problem=refused.title)
            option = Option("yes", t.gettext("yes, the value is right"))
            self._screen.choose(title, [option], lambda _: self._send_reading(sure, told))
            return True

        self._station.act(
            lambda: self._client.type_reading(reading),
            lambda _: self._station.say(told),
            on_refusal=ask_again,
        )

    def _ask_variety(self) -> None:
        t, load_id = self._t, self._load.id

        def seen(variety: str) -> None:
            told = t.gettext("Variety seen: {variety}.").format(variety=variety)
            self._station.record(lambda: self._client.see_variety(load_id, variety), told)

        title = t.gettext("Variety that you see (not what is declared)")
        self._screen.ask(title, self._load.declared_variety, lambda text: None, seen)

    # --- barcode --------------------------------------------------------------------------------------
    def ask_barcode(self) -> None:
        t = self._t

        def check(text: str) -> str | None:
            return None if text else t.gettext("Scan or type the barcode.")

        self._screen.ask(t.gettext("Barcode of the sample"), "", check, self.enter_barcode, takes_scan=True)

    def enter_barcode(self, barcode: str) -> None:
        told = self._t.gettext("Sample {barcode} entered for {plate}.").format(
            barcode=barcode, plate=self._load.plate
        )
        load_id = self._load.id
        self._station.record(lambda: self._client.enter_load_sample(load_id, barcode), told)

    # --- ends -----------------------------------------------------------------------------------------
    def refuse(self) -> None:
        t, site, load = self._t, self._screen.board.site, self._load

        def refused(reason: str) -> None:
            told = t.gettext("Load of {plate} refused: {reason}.").format(plate=load.plate, reason=reason)
            self._station.act(lambda: self._client.refuse(load.id, reason), lambda _: self._ended(told))

        known = site.refusal_reasons if site else []
        self._screen.choose_reason(t.gettext("Why is the load refused?"), known, refused)

    def leave(self) -> None:
        t, load = self._t, self._load

        def left(reason: str) -> None:
            told = t.gettext("{plate} left with the load: {reason}.").format(plate=load.plate, reason=reason)
            self._station.act(lambda: self._client.leave(load.id, reason), lambda _: self._ended(told))

        known = [t.gettext("price"), t.gettext("waiting time"), t.gettext("wrong site")]
        self._screen.choose_reason(t.gettext("Why does the supplier leave with the load?"), known, left)

    def _ended(self, told: str) -> None:
        self._station.say(told)
        self._station.show("queue")
