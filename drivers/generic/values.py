"""The sections [values.*] of a profile: which field is which analyte, in which unit.

[values.weight]
from = "net"            the field; without it the field of the analyte's own name
unit = "kg"             as the instrument shows it; "ask": the setting `weight_unit` says it
unit_from = "unit"      the field that tells the unit, where the message does (kg, t, lb ...)
sign_from = "sign"      the field that holds the sign, where it stands apart
scale = 0.1             the number is multiplied by this; "ask": the setting `weight_scale` says it
reversed = true         the last digit is sent first ("021340" is 43120)
basis = "as_is"         must be given for protein and oil
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from drivers.decimals import SEPARATOR_SETTING, Written, number_of
from drivers.generic.numbers import NotANumber, Numbers
from drivers.generic.tables import Table
from drivers.kind import Setting, open_setting
from drivers.reading import (
    PLAUSIBLE,
    UNIT_OF,
    Analyte,
    Basis,
    Flag,
    Unit,
    Value,
    default_basis,
    known_analyte,
    needs_basis,
)
from drivers.values import fahrenheit, measured_value, pounds, pounds_per_bushel

_DIGITS = 6


def _times(factor: float) -> Callable[[float], float]:
    return lambda number: round(number * factor, _DIGITS)


_SAME = _times(1.0)
CONVERSIONS: Mapping[Unit, Mapping[str, Callable[[float], float]]] = {
    Unit.KILOGRAM: {"kg": _SAME, "g": _times(0.001), "t": _times(1000.0), "lb": pounds, "lbs": pounds},
    Unit.PERCENT: {"%": _SAME},
    Unit.KILOGRAM_PER_HECTOLITRE: {"kg/hl": _SAME, "g/l": _times(0.1), "lb/bu": pounds_per_bushel},
    Unit.CELSIUS: {"°c": _SAME, "c": _SAME, "°f": fahrenheit, "f": fahrenheit},
    Unit.SECOND: {"s": _SAME},
    Unit.MICROGRAM_PER_KILOGRAM: {"µg/kg": _SAME, "ug/kg": _SAME, "ppb": _SAME, "mg/kg": _times(1000.0)},
    Unit.COUNT_PER_KILOGRAM: {"1/kg": _SAME},
    Unit.GRAM: {"g": _SAME},
    Unit.MILLILITRE: {"ml": _SAME},
    Unit.TENTH_OF_MILLIJOULE: {"10⁻⁴ j": _SAME, "10-4 j": _SAME, "1e-4 j": _SAME, "j": _times(10_000.0)},
}
ASK = "ask"
# What a profile may leave to whoever compares the display on site.
SIZE_SETTINGS: Mapping[str, Setting] = {
    "separator": SEPARATOR_SETTING,
    "weight_unit": open_setting(("kg", "g", "t", "lb"), "unit of the weight, where the profile says ask"),
    "weight_scale": open_setting(
        ("1", "0.1", "0.01", "0.001", "10", "100"),
        "what the weight is multiplied by, where the profile says ask",
    ),
}
# In these, three digits behind a separator may be thousands.
_COARSE = frozenset({"kg", "lb", "lbs"})
_THOUSAND = 1000.0
_SIGNS = {"": 1.0, "+": 1.0, "-": -1.0}


@dataclass(frozen=True, slots=True)
class ValueRule:
    analyte: Analyte
    source: str
    unit: str | None
    unit_source: str | None
    sign_source: str | None
    suffix: str
    scale: float | None
    basis: Basis | None
    reversed: bool = False

    def sources(self) -> Iterator[str]:
        yield from (name for name in (self.source, self.unit_source, self.sign_source) if name)

    def may_need(self, numbers: Numbers) -> Iterator[str]:
        """Yield the settings without which some message's number has no value."""
        is_large = self.analyte == Analyte.WEIGHT or PLAUSIBLE[self.analyte][1] >= _THOUSAND
        if is_large and not numbers.separator:
            yield "separator"
        if self.unit == ASK:
            yield "weight_unit"
        if self.scale is None:
            yield "weight_scale"

    def read(
        self, fields: Mapping[str, str], numbers: Numbers, chosen: Mapping[str, str]
    ) -> tuple[Value, frozenset[Flag], float | None] | None:
        """Return the value, the flags that go with it, and the number even where it cannot be true; None when
        the message has no such field.

        NotANumber when a field is neither a number nor a known token; Unset where a setting decides it.
        """
        if self.source not in fields:
            return None
        text = fields[self.source]
        written, flag = self._written(text[::-1] if self.reversed else text, numbers)
        number = None if written is None else self._number(written, self._sign(fields), fields, chosen)
        value = measured_value(self.analyte, number, self.basis)
        if value.value is None:
            return value, frozenset({flag or Flag.ERROR}), number
        return replace(value, value=value.value + 0.0), frozenset(), number

    def _number(
        self, written: Written, sign: float, fields: Mapping[str, str], chosen: Mapping[str, str]
    ) -> float | None:
        """Return the number in the analyte's own unit; None for a unit that the message tells and nobody
        knows."""
        scale = float(chosen["weight_scale"]) if self.scale is None else self.scale
        unit = (fields.get(self.unit_source, "") if self.unit_source else "") or self.unit or ""
        unit = (chosen["weight_unit"] if unit == ASK else unit).lower()
        conversion = CONVERSIONS[UNIT_OF[self.analyte]].get(unit)
        if conversion is None:
            return None

        def convert(number: float) -> float:
            return conversion(number * sign * scale)

        if self.analyte != Analyte.WEIGHT:
            return number_of(self.analyte, written, convert, chosen)
        return convert(written.number(chosen) if unit in _COARSE else written.decimal)

    def _written(self, text: str, numbers: Numbers) -> tuple[Written | None, Flag | None]:
        """A text that means "no value" may lack the suffix, a number may not."""
        if not self.suffix or text.endswith(self.suffix):
            return numbers.read(text.removesuffix(self.suffix))
        with contextlib.suppress(NotANumber):
            number, flag = numbers.read(text)
            if number is None:
                return None, flag
        raise NotANumber(f"{text!r} does not end with {self.suffix!r}")

    def _sign(self, fields: Mapping[str, str]) -> float:
        text = fields.get(self.sign_source, "") if self.sign_source else ""
        if text not in _SIGNS:
            raise NotANumber(f"{text!r} is no sign")
        return _SIGNS[text]


def read_value_rule(name: str, table: Table) -> ValueRule:
    """`name` is the analyte, as in [values.moisture]. SettingError."""
    try:
        analyte = known_analyte(name)
    except ValueError as error:
        raise table.error("", str(error)) from error
    unit_source = table.text("unit_from", "") or None
    rule = ValueRule(
        analyte=analyte,
        source=table.text("from", name),
        unit=_unit(analyte, table),
        unit_source=unit_source,
        sign_source=table.text("sign_from", "") or None,
        suffix=table.text("suffix", ""),
        scale=_scale(analyte, table),
        basis=_basis(analyte, table),
        reversed=table.flag("reversed", False),
    )
    table.refuse_unread()
    return rule


def _unit(analyte: Analyte, table: Table) -> str | None:
    known = CONVERSIONS[UNIT_OF[analyte]]
    unit = table.text("unit", "")
    if unit == ASK and analyte == Analyte.WEIGHT:
        return ASK
    if (unit or not table.has("unit_from")) and unit.lower() not in known:
        raise table.error("unit", f"{unit!r} is not possible; allowed: {', '.join(known)}")
    return unit or None


def _scale(analyte: Analyte, table: Table) -> float | None:
    """Return None where the setting `weight_scale` says it."""
    if analyte == Analyte.WEIGHT and table.has("scale") and table.is_text("scale", ASK):
        return None
    return table.number("scale", 1e-9, 1e9, 1.0)


def _basis(analyte: Analyte, table: Table) -> Basis | None:
    words = tuple(basis.value for basis in Basis)
    if table.has("basis"):
        return Basis(table.choice("basis", words))
    if needs_basis(analyte):
        raise table.error("basis", f"is missing: what is it a share of? allowed: {', '.join(words)}")
    return default_basis(analyte)
