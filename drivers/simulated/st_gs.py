"""A simulated head of the ST,GS family, in the spellings that were captured."""

from typing import ClassVar

from drivers.simulated.scale import Display

_FORMS = ("t-scale-nhb", "t-scale-qhw", "comma-sign", "glued-sign", "a-and-d", "heb", "ohaus")


class SimulatedStGs:
    """`form` is one of t-scale-nhb, t-scale-qhw, comma-sign, glued-sign, a-and-d, heb, ohaus."""

    banner: ClassVar[bytes] = b""

    def __init__(self, form: str = "t-scale-qhw") -> None:
        if form not in _FORMS:
            raise ValueError(f"form {form!r}; known: {', '.join(_FORMS)}")
        self._form = form

    def message(self, display: Display) -> bytes:
        if not display.valid:
            return b"OL\r\n" if display.over else b"UL\r\n"
        lines = {"heb": self._heb, "ohaus": self._ohaus, "a-and-d": self._a_and_d}
        return f"{lines.get(self._form, self._st_gs)(display)}\r\n".encode("ascii")

    def _st_gs(self, display: Display) -> str:
        head = f"{'US' if display.motion else 'ST'},{'NT' if display.net else 'GS'}"
        sign, unit = "-" if display.shown < 0 else "+", display.unit
        if self._form == "comma-sign":
            return f"{head},{sign}{display.text(abs(display.shown), 7, zeros=True)}{unit}"
        if self._form == "glued-sign":
            return f"{head}{sign.replace('+', ' ')}{display.text(abs(display.shown), 8)}{unit}"
        weight = display.text(display.shown, 8)
        return f"{head},{weight} {unit}" if self._form == "t-scale-qhw" else f"{head}{weight}{unit}  "

    @staticmethod
    def _a_and_d(display: Display) -> str:
        sign = "-" if display.shown < 0 else "+"
        weight = display.text(abs(display.shown), 8, zeros=True)
        return f"{'US' if display.motion else 'ST'},{sign}{weight},{display.unit:>3}"

    @staticmethod
    def _heb(display: Display) -> str:
        return f"w{'n' if display.net else 'w'} {display.text(display.shown, 7, zeros=True)}{display.unit}"

    @staticmethod
    def _ohaus(display: Display) -> str:
        sign = "-" if display.shown < 0 else " "
        mode = ("?" if display.motion else "") + ("N" if display.net else "G")
        return f"{sign}{display.text(abs(display.shown), 7)} {display.unit}{mode:>6}"
