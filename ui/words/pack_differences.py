"""What differs between two rule packs, written by quality and limit, old → new, in the reader's language."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.vocabulary import ANALYTES, BASES, CLAIMS, SPECIES, word

_TITLES: Mapping[str, str] = {
    "measuring": N_("Measuring"), "money": N_("Money"), "pack": N_("The pack itself"),
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "lower": N_("lower limit"), "upper": N_("upper limit"), "information": N_("for information"),
    "limit": N_("limit"), "unit": N_("unit"), "basis": N_("basis"), "step": N_("rounding step"),
    "required": N_("known"), "kind": N_("judged"), "sure": N_("sure by"),
    "each": N_("each load"), "counted_by": N_("share of"),
    "source": N_("source"), "confidence": N_("source's weight"), "species": N_("species"),
    "name": N_("name"), "value": N_("preference"), "claims": N_("claims"), "version": N_("version"),
    "valid_from": N_("holds from"), "valid_until": N_("holds until"), "overrides": N_("whose word is enough"),
    "prices": N_("price"), "running_average": N_("tonnes judged as one"), "adjustments": N_("adjustment"),
    "repeatability": N_("repeatability"), "uncertainty": N_("uncertainty"), "tolerance": N_("tolerance"),
    "replicates": N_("measurements of a sample"), "intake": N_("usual loads"), "mean": N_("mean"),
    "sd": N_("standard deviation"), "sampling": N_("sampling"), "points": N_("probe points"),
    "spread": N_("spread"), "again": N_("measuring again"), "minutes": N_("minutes"),
    "euros_a_minute": N_("euros a minute"), "on": N_("moves"), "op": N_("sign"), "per": N_("for each"),
    "rate": N_("rate"), "until": N_("ends at"), "most": N_("at most"), "grades": N_("qualities"),
    "analyte": N_("analyte"),
}  # fmt: skip
_VALUES: Mapping[str, str] = {
    "intake": N_("before tipping"), "later": N_("later"), "declared": N_("declared by the supplier"),
    "blendable": N_("by the mixture"), "never_blend": N_("never to be blended"),
    "information": N_("for information"), "mass": N_("mass"), "count": N_("number"), "high": N_("high"),
    "middle": N_("middle"), "low": N_("low"), "refaction": N_("deduction"),
    "bonification": N_("bonus"), "drying": N_("drying charge"), "price": N_("price"),
    "weight": N_("payment weight"), "fee": N_("fee"), "manager": N_("manager"),
    "operator": N_("operator"), "measurement": N_("missing measurement"),
}  # fmt: skip
_SIGNS = {">=": "≥", "<=": "≤"}
_LIMIT = re.compile(r"(>=|<=|>|<) (-?[\d.e+]+) (\S+)")
_ADJUSTMENT = re.compile(r"(\w+) (\w+) (>=|<=|>|<) (\S+): (\S+) (€/t|% of (\w+)) per (\S+)")


def difference_lines(
    found: Iterable[Any], names: Mapping[str, Mapping[str, str]], t: Translator
) -> list[str]:
    """Write differences under the quality that they are of; `names` of the qualities by id. What the pack
    says of measuring, of money and of itself comes under its own title."""
    lines: list[str] = []
    line = "    " + t.gettext(N_("{what}: {change}"))
    for title, group in groupby(found, key=lambda one: _title(one, names, t)):
        lines.append(title)
        lines += [line.format(what=_what(one, names, t), change=_change(one, t)) for one in group]
    return lines or [t.gettext(N_("Both say the same."))]


def _title(one: Any, names: Mapping[str, Mapping[str, str]], t: Translator) -> str:
    if one.part in _TITLES:
        return t.gettext(_TITLES[one.part])
    id_ = one.where.partition(" ")[0]
    return names.get(id_, {}).get(t.language, id_)


def _what(one: Any, names: Mapping[str, Mapping[str, str]], t: Translator) -> str:
    if one.part in ("grade", "criterion"):
        parts = one.where.split(" ")[1:]
    else:
        parts = [part for part in one.where.split(".") if part]
    if one.key and not (one.part == "criterion" and one.key == "limit"):
        parts = [*parts, one.key]
    named = names if one.part == "money" else {}
    told = [named.get(part, {}).get(t.language) or _word(part, _WORDS, t) for part in parts]
    return ", ".join(told) or t.gettext(N_("quality"))


def _word(part: str, table: Mapping[str, str], t: Translator) -> str:
    return word({**SPECIES, **CLAIMS, **ANALYTES, **BASES, **table}, part, t.language)


def _change(one: Any, t: Translator) -> str:
    return " → ".join(_value(value, t) for value in (one.old, one.new))


def _value(value: Any, t: Translator) -> str:
    if value is None:
        return t.gettext(N_("(none)"))
    if isinstance(value, Mapping):
        return str(value.get(t.language) or "; ".join(_pair(key, part, t) for key, part in value.items()))
    if isinstance(value, list | tuple):
        return _listed(value, t) or t.gettext(N_("(none)"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return t.plain(value, 4)
    return _text(str(value), t)


def _listed(values: list[Any] | tuple[Any, ...], t: Translator) -> str:
    """What belongs together (up to 15 t: 5 points) is written as a pair."""
    return ", ".join(
        ": ".join(_value(part, t) for part in one) if isinstance(one, list | tuple) else _value(one, t)
        for one in values
    )


def _pair(key: str, value: Any, t: Translator) -> str:
    return f"{_word(key, {**_WORDS, **_VALUES}, t)}: {_value(value, t)}"


def _text(text: str, t: Translator) -> str:
    if found := _LIMIT.fullmatch(text):
        op, limit, unit = found.groups()
        return f"{_SIGNS.get(op, op)} {t.plain(float(limit), 4)} {unit}"
    if found := _ADJUSTMENT.fullmatch(text):
        return _adjustment(found, t)
    return _word(text, _VALUES, t)


def _adjustment(found: re.Match[str], t: Translator) -> str:
    kind, analyte, op, limit, rate, _unit, on, per = found.groups()
    sentence = t.gettext(N_("{kind}, {analyte} {op} {limit}: {rate} for each {per}"))
    amount = t.gettext(N_("{rate} % of the {on}")) if on else "{rate} €/t"
    told = amount.format(rate=t.plain(float(rate), 4), on=_word(on or "", _VALUES, t))
    return sentence.format(
        kind=_word(kind, _VALUES, t), analyte=_word(analyte, ANALYTES, t), op=_SIGNS.get(op, op),
        limit=t.plain(float(limit), 4), rate=told, per=t.plain(float(per), 4),
    )  # fmt: skip
