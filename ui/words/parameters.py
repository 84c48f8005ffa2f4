"""The parameters of a reason or a problem are written by their name, in the reader's language.

A value of an unexpected kind is written as it is: what is wrong with a parameter must not hide the reason.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.post import hub_reason
from ui.words.vocabulary import (
    ANALYTES,
    BASES,
    BLOCKS,
    BODY_FINDINGS,
    CARGOES,
    CLAIMS,
    CLEANING,
    CORRECTION_STATES,
    DISTURBANCES,
    EXPECTED_BY,
    FILE_KINDS,
    FINDINGS,
    GUARDED,
    KERNEL_CLASSES,
    MASTERS,
    REVISION_STATES,
    SPECIES,
    UNSEEN,
    short_site_name,
    site_name,
    word,
)

_SIGNS = {">=": "≥", "<=": "≤"}
_UNKNOWN = "?"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
LEAST = 0.0005  # a smaller share of kernels is not written


class ParameterTexts(dict[str, str]):
    """It holds parameters as text; one that is missing reads "?"."""

    def __missing__(self, name: str) -> str:
        return _UNKNOWN


def parameter_texts(params: Mapping[str, Any], t: Translator) -> ParameterTexts:
    """Write every parameter as text, and the ones made of several: `measured` (value, u, unit, basis) and
    `cell_measured`, `mean_measured`, `size` (pixels or bytes), `limit_share`, and what is added to a
    sentence only where there is any: `line`, `mass`, `sizes`, `spread`, `judged`, `ergot`, `corrected`,
    `uncounted`, `likely`, `by_instrument`."""
    words = ParameterTexts({name: _text(name, value, t) for name, value in params.items()})
    words["measured"] = _measured(params, t)
    words["cell_measured"] = _measured(params, t, "cell_value", "cell_u")
    if "cell_u" in params and not params["cell_u"] and params.get("p") is not None:
        words["p"] = t.gettext("{p} (no error is stated)").format(p=words["p"])
    words["mean_measured"] = _measured(params, t, "mean", "mean_u")
    for name in ("value", "share"):
        words[name] = _apart(name, params, t) or words[name]
    words["size"] = _size(params, t)
    words["limit_share"] = _share(params.get("limit"), t)
    words["mass"] = _mass(params.get("mass"), t)
    words["sizes"] = _sizes(params.get("sizes"), t)
    if not _is_amount(params.get("spread")):  # of several photos; a number is that of two measurements
        words["spread"] = _spread(params.get("spread"), t)
    instrument = words["instrument"] if params.get("instrument") else ""
    words["by_instrument"] = (
        t.gettext(N_(" by {instrument}")).format(instrument=instrument) if instrument else ""
    )
    words["judged"] = _judged(params, t)
    words["corrected"] = _corrected(params, t)
    words["uncounted"] = t.gettext(N_(", not used for routing")) if params.get("counts") is False else ""
    words["ergot"] = _ergot(params.get("grams"), t)
    claims = [words["claims"]] if params.get("claims") else []
    words["carried"] = " ".join([words["species"], *claims])
    candidates = _candidates(params.get("candidates"), t)
    if candidates and "barcodes" in params:
        words["barcodes"] = candidates
    words["likely"] = t.gettext(N_(", maybe {samples}")).format(samples=candidates) if candidates else ""
    line = params.get("line")
    words["line"] = f", {site_name('line', str(line), t.language)}" if line else ""
    return words


def _apart(name: str, params: Mapping[str, Any], t: Translator) -> str:
    """Write a number so finely that it reads differently from the limit that it is compared with; empty where
    it is compared with none, or is the limit."""
    found, limit = params.get(name), params.get("limit")
    if not isinstance(found, int | float) or not isinstance(limit, int | float) or found == limit:
        return ""
    if not (_is_amount(found) and _is_amount(limit)):
        return ""
    write = _share if name == "share" else _number
    if write(found, t) != write(limit, t):
        return ""
    factor = 100 if name == "share" else 1
    decimals = next((d for d in range(1, 7) if round(factor * found, d) != round(factor * limit, d)), 7)
    return t.percent(found, decimals) if name == "share" else t.plain(found, decimals)


def _text(name: str, value: Any, t: Translator) -> str:
    if value is None:
        return _UNKNOWN
    write = _WRITERS.get(name) or (_kg if name.endswith("kg") else None)
    if write is not None:
        return write(value, t)
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return _moment(value, t) if _is_instant(value) else _number(value, t)


def _is_instant(value: Any) -> bool:
    """Tell whether it is written as instants are stored: nobody reads that."""
    return isinstance(value, str) and _INSTANT.fullmatch(value) is not None


def _is_amount(value: Any) -> bool:
    """Tell whether a number can be written in a sentence: it is finite and not absurdly long."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _number(value: Any, t: Translator) -> str:
    return t.plain(value, 2) if _is_amount(value) else str(value)


def _corrected(params: Mapping[str, Any], t: Translator) -> str:
    """Write by how much a value is corrected, where it is."""
    if not _is_amount(params.get("added")):
        return ""
    return t.gettext(N_(", corrected by {added}")).format(added=signed(params["added"], t))


def signed(value: Any, t: Translator) -> str:
    """Write by how much a value is more, with its sign."""
    if not _is_amount(value):
        return str(value)
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{t.plain(abs(value), 2)}"


def _kg(value: Any, t: Translator) -> str:
    return t.kg(value) if _is_amount(value) else str(value)


def _whole_kg(value: Any, t: Translator) -> str:
    return t.kg(round(value)) if _is_amount(value) else str(value)


def _tonnes(value: Any, t: Translator) -> str:
    return t.tonnes(value) if _is_amount(value) else str(value)


def _parts(value: Any, t: Translator) -> str:
    """Write what was combined: "NIR 11.8 (80 %), photo 12.1 (20 %)"."""
    if not isinstance(value, list | tuple):
        return str(value)
    parts = [part for part in value if isinstance(part, Mapping)]
    return ", ".join(
        f"{_source(part, t)} {_number(part.get('value'), t)} ({_share(part.get('weight'), t)})"
        for part in parts
    )


def _source(part: Mapping[str, Any], t: Translator) -> str:
    if part.get("kind") == "photo":
        return t.gettext(N_("photo"))
    return site_name("instrument", str(part.get("name")), t.language)


def _by_instrument(value: Any, t: Translator) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    named = ((site_name("instrument", str(name), t.language), one) for name, one in value.items())
    return ", ".join(f"{name} {_number(one, t)}" for name, one in named)


def _share(value: Any, t: Translator) -> str:
    if not _is_amount(value):
        return _UNKNOWN
    return t.percent(value, 0 if value == 0 or value >= 0.1 else 1)


def odds(value: Any, t: Translator) -> str:
    """Write a probability in percent; never 100 % where it is less."""
    if not _is_amount(value):
        return _UNKNOWN
    if 0.0 < value < 0.001 or 0.999 < value < 1.0:
        return ("< " if value < 0.5 else "> ") + t.percent(0.001 if value < 0.5 else 0.999, 1)
    return t.percent(value, 0 if 0.01 <= value <= 0.985 or value in (0, 1) else 1)


def _shares(value: Any, t: Translator) -> str:
    """Write kernel classes by falling share: "93% sound (90-96), 5% broken (2-8)"; what has no kernel is
    left out, what is known too badly is only given by its limits."""
    if not isinstance(value, Mapping):
        return str(value)
    parts = [(str(name), part) for name, part in value.items() if _is_part(part)]
    parts.sort(key=lambda pair: (-pair[1]["share"], pair[0]))
    written = (_part(name, part, t) for name, part in parts)
    return ", ".join(text for text in written if text)


def _is_part(part: Any) -> bool:
    return isinstance(part, Mapping) and all(_is_amount(part.get(key)) for key in ("share", "low", "high"))


def _part(name: str, part: Mapping[str, Any], t: Translator) -> str:
    """Write one class with its 95 % limits; empty for one that has no kernel and is known well."""
    named = word(KERNEL_CLASSES, name, t.language)
    low, high = t.number(100 * part["low"], 0), t.percent(part["high"])
    if part.get("wide"):
        text = t.gettext(N_("{low} to {high} {name} (too wide to decide on)"))
        return text.format(low=low, high=high, name=named)
    if part["share"] < LEAST:
        return ""
    return f"{_share(part['share'], t)} {named} ({low}-{t.number(100 * part['high'], 0)})"


def _mass(value: Any, t: Translator) -> str:
    """Write the shares by estimated mass, where there are any."""
    if not isinstance(value, Mapping) or not (listed := _shares(value, t)):
        return ""
    return t.gettext(N_("; estimated by mass: {shares}")).format(shares=listed)


def _judged(params: Mapping[str, Any], t: Translator) -> str:
    """Write on how many of the kernels the shares stand, where it is not on all."""
    judged, kernels = params.get("judged"), params.get("kernels")
    if not isinstance(judged, int) or not isinstance(kernels, int) or judged >= kernels:
        return ""
    return t.gettext(N_("; {judged} of {kernels} judged")).format(judged=judged, kernels=kernels)


def _ergot(grams: Any, t: Translator) -> str:
    """Write how little the sample weighs beside what ergot is looked for in."""
    if not _is_amount(grams):
        return ""
    text = t.gettext(N_("; about {grams} g: no ergot seen proves nothing at 0.2 g/kg"))
    return text.format(grams=t.number(grams, 0))


def _sizes(value: Any, t: Translator) -> str:
    """Write the middle kernel's length and width, where the reference card told them."""
    if not isinstance(value, Mapping):
        return ""
    sides = [value.get(side) for side in ("length_mm", "width_mm")]
    middles = [side["p50"] for side in sides if isinstance(side, Mapping) and _is_amount(side.get("p50"))]
    if len(middles) < len(sides):
        return ""
    length, width = (t.number(middle, 1) for middle in middles)
    return t.gettext(N_("; by the card {length} × {width} mm")).format(length=length, width=width)


def _spread(value: Any, t: Translator) -> str:
    """Write how far several photos of one capture lie apart, in points, in the worst class."""
    if not isinstance(value, Mapping) or not isinstance(value.get("classes"), Mapping):
        return ""
    apart = [part["max"] - part["min"] for part in value["classes"].values()]
    text = t.gettext(N_("; {photos} photos, up to {points} points apart"))
    return text.format(photos=value["photos"], points=t.number(100 * max(apart, default=0.0), 1))


def _day(value: Any, t: Translator) -> str:
    """Write a date as the language does; anything else as it is."""
    try:
        return t.day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _candidates(value: Any, t: Translator) -> str:
    """Write which samples are possible, with the odds of each; empty where none are named."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        return ""
    return ", ".join(f"{one.get('barcode')} ({odds(one.get('odds'), t)})" for one in value)


def _time(value: Any, t: Translator) -> str:
    """Write an instant as the site's time of day; anything else as it is."""
    try:
        return t.time(datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):
        return str(value)


def _moment(value: Any, t: Translator) -> str:
    """Write an instant as the site's day and time of day; anything else as it is."""
    try:
        at = datetime.fromisoformat(str(value))
        return f"{t.date(at)} {t.time(at)}"
    except (ValueError, OverflowError):  # the calendar ends in some zones a day earlier
        return str(value)


def _word_of(table: Mapping[str, str]) -> Callable[[Any, Translator], str]:
    def write(value: Any, t: Translator) -> str:
        return word(table, str(value), t.language)

    return write


def _words_of(table: Mapping[str, str]) -> Callable[[Any, Translator], str]:
    def write(value: Any, t: Translator) -> str:
        parts = value if isinstance(value, list | tuple) else [value]
        return ", ".join(word(table, str(part), t.language) for part in parts)

    return write


def _named(kind: str) -> Callable[[Any, Translator], str]:
    """Write by name what the site has, one or several."""

    def write(value: Any, t: Translator) -> str:
        parts = value if isinstance(value, list | tuple) else [value]
        return ", ".join(site_name(kind, str(part), t.language) for part in parts)

    return write


def _known(value: Any, t: Translator) -> str:
    """Write what may be chosen: species, claims, or instruments of the site."""
    table = {**SPECIES, **CLAIMS}
    parts = [str(part) for part in (value if isinstance(value, list | tuple) else [value])]
    named = (part if part in table else site_name("instrument", part, t.language) for part in parts)
    return ", ".join(_choice(table, name, t) for name in named)


def _choice(table: Mapping[str, str], name: str, t: Translator) -> str:
    """A claim is typed by its id, which is no word of its own where it has another name."""
    called = word(table, name, t.language)
    return f"{name} ({called})" if name in CLAIMS and called != name else called


def _short_named(kind: str) -> Callable[[Any, Translator], str]:
    return lambda value, t: short_site_name(kind, str(value), t.language)


def _measured(params: Mapping[str, Any], t: Translator, value_name: str = "value", u_name: str = "u") -> str:
    """Write a value with its uncertainty, where that is known, unit and basis."""
    value, u = params.get(value_name), params.get(u_name)
    unit, basis = params.get("unit"), params.get("basis")
    parts = [_UNKNOWN if value is None else _number(value, t)]
    if isinstance(u, int | float) and _is_amount(u) and u > 0:
        parts.extend(["±", _number(u, t)])
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
    "parts": _parts,
    "values": _by_instrument,
    "low_share": _share,
    "how": _word_of(EXPECTED_BY),
    "analyte": _word_of(ANALYTES),
    "analytes": _words_of(ANALYTES),
    "species": _word_of(SPECIES),
    "cell_species": _words_of(SPECIES),
    "declared": _word_of(SPECIES),
    "seen": _word_of(SPECIES),
    "claim": _word_of(CLAIMS),
    "claims": _words_of(CLAIMS),
    "lacking": _words_of(ANALYTES),
    "rules": _words_of(GUARDED),
    "known": _known,
    "findings": _words_of(FINDINGS),
    "found": _words_of(BODY_FINDINGS),
    "cargo": _word_of(CARGOES),
    "cleaning": _word_of(CLEANING),
    "blocks": _words_of(BLOCKS),
    "basis": _word_of(BASES),
    "given": _word_of(BASES),
    "pit": _short_named("pit"),
    "cell": _short_named("cell"),
    "to_cell": _short_named("cell"),
    "instrument": _named("instrument"),
    "instruments": _named("instrument"),
    "grade": _named("grade"),
    "cell_grade": _named("grade"),
    "grades": _named("grade"),
    "op": lambda value, t: _SIGNS.get(str(value), str(value)),
    "share": _share,
    "odds": odds,
    "shares": _shares,
    "p": odds,
    "sure": odds,
    "target_t": _tonnes,
    "mean_t": _tonnes,
    "free_t": _tonnes,
    "load_t": _tonnes,
    "reserved_t": _tonnes,
    "content_kg": _whole_kg,  # what a cell holds was shared out, to fractions of a gram
    "until": _day,
    "day": _day,
    "from": _moment,
    "begins": _moment,
    "ends": _moment,
    "arrived_at": _time,
    "decided_at": _time,
    "moved_at": _time,
    "taken_at": _moment,
    "age_s": lambda value, t: t.age(value) if _is_amount(value) else _UNKNOWN,
    "weighed_at": _time,
    "machine": _moment,
    "stated": _moment,
    "recorded": _moment,
    "wall": _moment,
    "added": signed,
    "state": _word_of({**REVISION_STATES, **CORRECTION_STATES}),
    "closed_at": _moment,
    "what": _word_of(DISTURBANCES),
    "file_kind": _word_of(FILE_KINDS),
    "master": _word_of(MASTERS),
    "unseen": _words_of(UNSEEN),
    "hub_reason": lambda value, t: hub_reason(str(value), t.language),
}
