"""How the parameters of a reason or a problem are written: by their name, in the reader's language.

A value of an unexpected kind is written as it is: what is wrong with a parameter must not hide the
reason.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from ui.i18n import Translator
from ui.words import ANALYTES, BASES, CLAIMS, DISTURBANCES, KERNEL_CLASSES, SPECIES, word

_SIGNS = {">=": "≥", "<=": "≤"}
_UNKNOWN = "?"


class Shown(dict[str, str]):
    """Parameters as text; one that is missing reads "?"."""

    def __missing__(self, name: str) -> str:
        return _UNKNOWN


def shown(params: Mapping[str, Any], t: Translator) -> Shown:
    """Every parameter as text, and the ones made of several: `measured` (value, unit, basis), `size`
    (pixels or bytes) and `limit_share`."""
    words = Shown({name: _one(name, value, t) for name, value in params.items()})
    words["measured"] = _measured(params, t)
    words["size"] = _size(params, t)
    words["limit_share"] = _share(params.get("limit"), t)
    words["line"] = f", {params['line']}" if params.get("line") else ""
    return words


def _one(name: str, value: Any, t: Translator) -> str:
    if value is None:
        return _UNKNOWN
    write = _WRITERS.get(name)
    if write is not None:
        return write(value, t)
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return _number(value, t)


def _is_amount(value: Any) -> bool:
    """A number that can be written in a sentence: finite and not absurdly long."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _number(value: Any, t: Translator) -> str:
    return t.plain(value, 2) if _is_amount(value) else str(value)


def _kg(value: Any, t: Translator) -> str:
    return t.kg(value) if _is_amount(value) else str(value)


def _tonnes(value: Any, t: Translator) -> str:
    return t.tonnes(value) if _is_amount(value) else str(value)


def _share(value: Any, t: Translator) -> str:
    if not _is_amount(value):
        return _UNKNOWN
    return t.percent(value, 0 if value == 0 or value >= 0.1 else 1)


def _shares(value: Any, t: Translator) -> str:
    """Kernel classes by falling share: "93 % sound, 5 % broken"; those without a kernel are left out."""
    if not isinstance(value, Mapping):
        return str(value)
    pairs = [(name, share) for name, share in value.items() if _is_amount(share) and share > 0]
    pairs.sort(key=lambda pair: (-pair[1], str(pair[0])))
    return ", ".join(
        f"{_share(share, t)} {word(KERNEL_CLASSES, str(name), t.language)}" for name, share in pairs
    )


def _at(value: Any, t: Translator) -> str:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
    return t.moment(moment) if isinstance(moment, datetime) else str(value)


def _day(value: Any, t: Translator) -> str:
    """A date as the language writes it; anything else as it is."""
    try:
        return t.day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _named(table: Mapping[str, str]) -> Callable[[Any, Translator], str]:
    def write(value: Any, t: Translator) -> str:
        return word(table, str(value), t.language)

    return write


def _list_of(table: Mapping[str, str]) -> Callable[[Any, Translator], str]:
    def write(value: Any, t: Translator) -> str:
        parts = value if isinstance(value, list | tuple) else [value]
        return ", ".join(word(table, str(part), t.language) for part in parts)

    return write


def _measured(params: Mapping[str, Any], t: Translator) -> str:
    value = params.get("value")
    unit, basis = params.get("unit"), params.get("basis")
    parts = [_UNKNOWN if value is None else _number(value, t)]
    if unit:
        parts.append(str(unit))
    if basis and basis != "as_is":
        parts.append(word(BASES, str(basis), t.language))
    return "\N{NO-BREAK SPACE}".join(parts)


def _size(params: Mapping[str, Any], t: Translator) -> str:
    for name, unit in (("pixels", "px"), ("bytes", "B")):
        if params.get(name) is not None:
            return f"{_number(params[name], t)}\N{NO-BREAK SPACE}{unit}"
    return _UNKNOWN


_WRITERS: Mapping[str, Callable[[Any, Translator], str]] = {
    "analyte": _named(ANALYTES),
    "analytes": _list_of(ANALYTES),
    "species": _named(SPECIES),
    "cell_species": _named(SPECIES),
    "declared": _named(SPECIES),
    "seen": _named(SPECIES),
    "claim": _named(CLAIMS),
    "claims": _list_of(CLAIMS),
    "known": _list_of({**SPECIES, **CLAIMS}),
    "basis": _named(BASES),
    "given": _named(BASES),
    "op": lambda value, t: _SIGNS.get(str(value), str(value)),
    "share": _share,
    "shares": _shares,
    "free_t": _tonnes,
    "load_t": _tonnes,
    "reserved_t": _tonnes,
    "gross_kg": _kg,
    "tare_kg": _kg,
    "kg": _kg,
    "at": _at,
    "until": _day,
    "what": _named(DISTURBANCES),
}
