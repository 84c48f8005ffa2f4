"""What the operator sees through the window, in one sentence of the operator's language."""

from station.demo.scripts import BagScript, LoadScript, TruckScript, TypedValue
from station.demo.setup import PERSON, PIN
from ui import words
from ui.i18n import N_, translator


class Window:
    """Written by the yard's thread, read by the terminal's: the text is replaced as a whole."""

    def __init__(self, language: str) -> None:
        self._t = translator(language)
        self._text = self._t.gettext("Sign in as {name}, PIN {pin}.").format(name=PERSON, pin=PIN)

    def text(self) -> str:
        return self._text

    def at_gate(self, truck: TruckScript) -> None:
        goods = " + ".join(self._goods(load) for load in truck.loads)
        text = self._t.gettext("At the gate: {plate}, {supplier}, {goods}")
        self._text = text.format(plate=truck.plate, supplier=truck.supplier, goods=goods)

    def wrong_entry(self, truck: TruckScript) -> None:
        text = self._t.gettext("{plate} turns round at the gate: entered in error, cancel its visit")
        self._text = text.format(plate=truck.plate)

    def on_bridge(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is on the bridge"), truck)

    def measured(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is at the probe, its sample goes to the analyzers and onto the tray"), truck)

    def waits(self, truck: TruckScript) -> None:
        self._say(N_("{plate} waits to be told where to tip"), truck)

    def unhappy(self, truck: TruckScript) -> None:
        text = self._t.gettext("{supplier} does not agree with the result and wants to leave")
        self._text = text.format(supplier=truck.supplier)

    def tips(self, truck: TruckScript) -> None:
        self._say(N_("{plate} is tipping"), truck)

    def leaves(self, truck: TruckScript) -> None:
        self._say(N_("{plate} has left the site"), truck)

    def day_over(self) -> None:
        self._text = self._t.gettext("No more trucks today. Ctrl+Q quits.")

    def unsaid(self, load: LoadScript, typed: TypedValue) -> None:
        """What a person has to type, because no instrument of the site sends it."""
        analyte = words.word(words.ANALYTES, typed.analyte.value, self._t.language)
        text = self._t.gettext("Not sent by any device, type it: {analyte} {value}, label {barcode}")
        self._text = text.format(analyte=analyte, value=self._t.plain(typed.value), barcode=load.barcode)

    def bag(self, truck: TruckScript, bag: BagScript) -> None:
        text = self._t.gettext("{supplier} also has a bag of his own measured, label {barcode}")
        self._text = text.format(supplier=truck.supplier, barcode=bag.barcode)

    def trouble(self, text: str) -> None:
        self._text = text

    def _say(self, text: str, truck: TruckScript) -> None:
        self._text = self._t.gettext(text).format(plate=truck.plate)

    def _goods(self, load: LoadScript) -> str:
        species = words.word(words.SPECIES, load.species, self._t.language)
        claims = [words.word(words.CLAIMS, claim, self._t.language) for claim in load.claims]
        named = " ".join((species, *claims))
        return self._t.gettext("{goods}, label {barcode}").format(goods=named, barcode=load.barcode)
