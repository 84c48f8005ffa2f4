"""Say what the operator sees through the window, in one sentence of the operator's language."""

from station.demo.scripts import BagScript, LoadScript, TruckScript, TypedValue
from station.demo.setup import PERSON, PIN
from ui.words import vocabulary
from ui.words.i18n import N_, translator


class Window:
    """The yard's thread writes it, the terminal's reads it: each text is replaced as a whole.

    What waits for the operator is said until it is done: who stands at the gate, and what only a person
    can know. Otherwise the last thing that happened."""

    def __init__(self, language: str) -> None:
        self._t = translator(language)
        self._gate = self._t.gettext("Sign in as {name}, PIN {pin}.").format(name=PERSON, pin=PIN)
        self._request = ""
        self._last = ""

    def text(self) -> str:
        return " · ".join(part for part in (self._gate, self._request) if part) or self._last

    def show_arrival(self, truck: TruckScript) -> None:
        goods = " + ".join(self._goods(load) for load in truck.loads)
        text = self._t.gettext("At the gate: {plate}, {supplier}, {goods}")
        self._gate = text.format(plate=truck.plate, supplier=truck.supplier, goods=goods)

    def clear_arrival(self) -> None:
        self._gate = ""

    def show_wrong_entry(self, truck: TruckScript) -> None:
        text = self._t.gettext("{plate} turns round at the gate: entered in error, cancel its visit")
        self._request = text.format(plate=truck.plate)

    def show_on_bridge(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is on the bridge"), truck)

    def show_measuring(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is at the probe, its sample goes to the analyzers and onto the tray"), truck)

    def show_waiting(self, truck: TruckScript) -> None:
        self._say(N_("{plate} waits to be told where to tip"), truck)

    def show_unhappy(self, truck: TruckScript) -> None:
        text = self._t.gettext("{supplier} does not agree with the result and wants to leave")
        self._request = text.format(supplier=truck.supplier)

    def ask_for_value(self, load: LoadScript, typed: TypedValue) -> None:
        """Asks a person to type a value, because no instrument of the site sends it."""
        analyte = vocabulary.word(vocabulary.ANALYTES, typed.analyte.value, self._t.language)
        text = self._t.gettext("Not sent by any device, type it: {analyte} {value}, label {barcode}")
        self._request = text.format(analyte=analyte, value=self._t.plain(typed.value), barcode=load.barcode)

    def show_bag(self, truck: TruckScript, bag: BagScript) -> None:
        text = self._t.gettext("{supplier} also has a bag of his own measured, label {barcode}")
        self._request = text.format(supplier=truck.supplier, barcode=bag.barcode)

    def clear_request(self) -> None:
        self._request = ""

    def show_tipping(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is tipping"), truck)

    def show_leaving(self, truck: TruckScript) -> None:
        self._say(N_("{plate} has left the site"), truck)

    def show_day_over(self) -> None:
        self._last = self._t.gettext("No more trucks today. Ctrl+Q quits.")

    def show_trouble(self, text: str) -> None:
        self._request = text

    def _say(self, text: str, truck: TruckScript) -> None:
        self._last = self._t.gettext(text).format(plate=truck.plate)

    def _goods(self, load: LoadScript) -> str:
        species = vocabulary.word(vocabulary.SPECIES, load.species, self._t.language)
        claims = [vocabulary.word(vocabulary.CLAIMS, claim, self._t.language) for claim in load.claims]
        named = " ".join((species, *claims))
        return self._t.gettext("{goods}, label {barcode}").format(goods=named, barcode=load.barcode)
