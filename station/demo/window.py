"""What the operator sees through the window, in one sentence of the operator's language."""

from station.demo.scripts import BagScript, LoadScript, TruckScript, TypedValue
from station.demo.setup import PERSON, PIN
from ui.words import vocabulary
from ui.words.i18n import N_, translator


class Window:
    """Written by the yard's thread, read by the terminal's: each text is replaced as a whole.

    What waits for the operator is said until it is done: who stands at the gate, and what only a person
    can know. Otherwise the last thing that happened."""

    def __init__(self, language: str) -> None:
        self._t = translator(language)
        self._gate = self._t.gettext("Sign in as {name}, PIN {pin}.").format(name=PERSON, pin=PIN)
        self._asked = ""
        self._last = ""

    def text(self) -> str:
        return " · ".join(part for part in (self._gate, self._asked) if part) or self._last

    def at_gate(self, truck: TruckScript) -> None:
        goods = " + ".join(self._goods(load) for load in truck.loads)
        text = self._t.gettext("At the gate: {plate}, {supplier}, {goods}")
        self._gate = text.format(plate=truck.plate, supplier=truck.supplier, goods=goods)

    def entered(self) -> None:
        self._gate = ""

    def wrong_entry(self, truck: TruckScript) -> None:
        text = self._t.gettext("{plate} turns round at the gate: entered in error, cancel its visit")
        self._asked = text.format(plate=truck.plate)

    def on_bridge(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is on the bridge"), truck)

    def measured(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is at the probe, its sample goes to the analyzers and onto the tray"), truck)

    def waits(self, truck: TruckScript) -> None:
        self._say(N_("{plate} waits to be told where to tip"), truck)

    def unhappy(self, truck: TruckScript) -> None:
        text = self._t.gettext("{supplier} does not agree with the result and wants to leave")
        self._asked = text.format(supplier=truck.supplier)

    def unsaid(self, load: LoadScript, typed: TypedValue) -> None:
        """What a person has to type, because no instrument of the site sends it."""
        analyte = vocabulary.word(vocabulary.ANALYTES, typed.analyte.value, self._t.language)
        text = self._t.gettext("Not sent by any device, type it: {analyte} {value}, label {barcode}")
        self._asked = text.format(analyte=analyte, value=self._t.plain(typed.value), barcode=load.barcode)

    def bag(self, truck: TruckScript, bag: BagScript) -> None:
        text = self._t.gettext("{supplier} also has a bag of his own measured, label {barcode}")
        self._asked = text.format(supplier=truck.supplier, barcode=bag.barcode)

    def decided(self) -> None:
        self._asked = ""

    def tips(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is tipping"), truck)

    def leaves(self, truck: TruckScript) -> None:
        self._say(N_("{plate} has left the site"), truck)

    def day_over(self) -> None:
        self._last = self._t.gettext("No more trucks today. Ctrl+Q quits.")

    def trouble(self, text: str) -> None:
        self._asked = text

    def _say(self, text: str, truck: TruckScript) -> None:
        self._last = self._t.gettext(text).format(plate=truck.plate)

    def _goods(self, load: LoadScript) -> str:
        species = vocabulary.word(vocabulary.SPECIES, load.species, self._t.language)
        claims = [vocabulary.word(vocabulary.CLAIMS, claim, self._t.language) for claim in load.claims]
        named = " ".join((species, *claims))
        return self._t.gettext("{goods}, label {barcode}").format(goods=named, barcode=load.barcode)
