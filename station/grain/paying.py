"""What a rule pack pays for a load: the price of its grade, and each charge and bonus with its reason.

Everything is exact in decimal, in whole cents, halves away from zero:

- A value is rounded to the adjustment's step, as at a limit, and then compared.
- Adjustments on weight come first. The net less (or with) them is the *poids aux normes*, in whole
  kilograms: it is paid and never enters a cell.
- Those on price are shares of the grade's price, each of the full price, for the kilograms that are paid.
- A fee is for the kilograms that came in.

Lines add up to the total to the cent. A value that is not known moves nothing and is named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from drivers.reading import Analyte, Basis, in_order, needs_basis
from station.grain.cells import Measured
from station.grain.grades import Adjustment, AdjustmentKind, AdjustmentOn, RulePack
from station.grain.units import MoisturePercent, Op, known, on_basis, round_to_step

_CENTS_A_EURO, _KG_A_TONNE = Decimal(100), Decimal(1000)


@dataclass(frozen=True, slots=True)
class PayLine:
    """One adjustment moved the pay: `value` on its basis, rounded to its step, is `beyond` the limit.
    `amount` is in percent, or euros a tonne for a fee; `amount`, `kg` and `cents` are negative where they
    take. `cents` is None without a price."""

    adjustment: str
    kind: AdjustmentKind
    on: AdjustmentOn
    analyte: Analyte
    value: Decimal
    limit: float
    beyond: Decimal
    amount: Decimal
    kg: int
    cents: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Pay:
    """`price`: euros a tonne, None where the pack has none for the grade; then `base_cents` (the price of the
    whole net) and `cents` are None too. `paid_kg`: the payment weight. `unknown`: analytes that could have
    moved the pay and have no value, or none on the right basis."""

    grade: str
    net_kg: Decimal
    paid_kg: Decimal
    price: Decimal | None
    base_cents: int | None
    lines: tuple[PayLine, ...]
    unknown: tuple[Analyte, ...]

    @property
    def cents(self) -> int | None:
        if self.base_cents is None:
            return None
        return self.base_cents + sum(line.cents or 0 for line in self.lines)


def pay_of(pack: RulePack, grade: str, net_kg: float, values: Mapping[Analyte, Measured]) -> Pay:
    """Return what `net_kg` of grain of a grade is paid. `values` are those that the ticket says, which no
    correction of the station moves. Raises LookupError for a grade that the pack does not have."""
    asked = list(adjustments_of(pack, grade))
    found = {one.id: _beyond(one, values) for one in asked}
    net = _decimal(net_kg)
    price = _decimal(pack.prices[grade]) if grade in pack.prices else None
    moved = [(one, beyond) for one in asked if (beyond := found[one.id]) is not None and beyond[1] > 0]
    by_weight = [
        _by_weight(one, value, beyond, net, price) for one, (value, beyond) in moved if one.on == "weight"
    ]
    paid = net + sum(line.kg for line in by_weight)
    others = [
        _by_money(one, value, beyond, net, paid, price)
        for one, (value, beyond) in moved
        if one.on != "weight"
    ]
    unknown = in_order({one.analyte for one in asked if found[one.id] is None})
    base = None if price is None else _cents(price * net / _KG_A_TONNE)
    return Pay(grade, net, paid, price, base, (*by_weight, *others), tuple(unknown))


def adjustments_of(pack: RulePack, grade: str) -> Iterable[Adjustment]:
    """List what moves the pay of a grade, in the pack's order. Raises LookupError."""
    found = pack.grade(grade)
    if found is None:
        raise LookupError(f"the pack {pack.name} {pack.version} has no grade {grade}")
    return (
        one
        for one in pack.adjustments
        if one.species == found.species and (not one.grades or grade in one.grades)
    )


def _beyond(one: Adjustment, values: Mapping[Analyte, Measured]) -> tuple[Decimal, Decimal] | None:
    """Return the rounded value and how far it lies beyond the limit; None where it is not known."""
    measured, moisture = values.get(one.analyte), values.get(Analyte.MOISTURE)
    if measured is None or (measured.basis is None and needs_basis(one.analyte)):
        return None
    water = None if moisture is None else MoisturePercent(moisture.value)
    value = on_basis(measured.value, measured.basis or Basis.AS_IS, one.basis or Basis.AS_IS, water)
    if value is None:
        return None
    rounded = round_to_step(known(value), one.step)
    return rounded, _excess(one, rounded)


def _excess(one: Adjustment, rounded: Decimal) -> Decimal:
    limit = _decimal(one.limit)
    if one.op is Op.ABOVE:
        ends = rounded if one.until is None else min(rounded, _decimal(one.until))
        return max(Decimal(0), ends - limit)
    ends = rounded if one.until is None else max(rounded, _decimal(one.until))
    return max(Decimal(0), limit - ends)


def _amount(one: Adjustment, excess: Decimal) -> Decimal:
    amount = excess * _decimal(one.rate) / _decimal(one.per)
    return amount if one.most is None else min(amount, _decimal(one.most))


def _by_weight(
    one: Adjustment, value: Decimal, beyond: Decimal, net: Decimal, price: Decimal | None
) -> PayLine:
    signed = _signed(one, beyond)
    kg = _whole(net * signed / 100)
    cents = None if price is None else _cents(price * kg / _KG_A_TONNE)
    return _line(one, value, beyond, signed, kg, cents)


def _by_money(
    one: Adjustment, value: Decimal, beyond: Decimal, net: Decimal, paid: Decimal, price: Decimal | None
) -> PayLine:
    signed = _signed(one, beyond)
    if one.on == "fee":
        return _line(one, value, beyond, signed, 0, _cents(signed * net / _KG_A_TONNE))
    cents = None if price is None else _cents(price * paid / _KG_A_TONNE * signed / 100)
    return _line(one, value, beyond, signed, 0, cents)


def _line(
    one: Adjustment, value: Decimal, beyond: Decimal, signed: Decimal, kg: int, cents: int | None
) -> PayLine:
    return PayLine(
        one.id, one.kind, one.on, one.analyte, value, one.limit, beyond, signed, kg, cents, one.source
    )


def _signed(one: Adjustment, beyond: Decimal) -> Decimal:
    amount = _amount(one, beyond)
    return amount if one.kind == "bonification" else -amount


def _decimal(value: float) -> Decimal:
    """As it is written: 0.1 is a tenth."""
    return Decimal(str(value))


def _cents(euros: Decimal) -> int:
    return _whole(euros * _CENTS_A_EURO)


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
