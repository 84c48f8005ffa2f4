"""What the values of a comparison out of the ledger are, and why there is none, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.comparisons import pairs_problem
from ui.words.i18n import N_, Translator, translator
from ui.words.vocabulary import ANALYTES, BASES, word

PROBLEMS: Mapping[str, str] = {
    "no_samples": N_("no sample of this time has a value of {analyte} by both {test} and {reference}"),
    "bases_differ": N_(
        "the values stand on different bases ({bases}), and nothing is converted: compare those on one with "
        "--basis, or ask the laboratory for the other"
    ),
    "units_differ": N_("the values have different units: {units}"),
    "nitrogen_factors_differ": N_(
        "the laboratories reckon protein with different nitrogen factors ({factors}): compare a species at a "
        "time with --species, or ask them for one factor"
    ),
}
_SHARES: Mapping[str, str] = {
    "by_count": N_("{method} by count"),
    "by_mass": N_("{method} by mass"),
    "by_estimated_mass": N_("{method} by estimated mass"),
}
_VALUES = N_("{analyte} in {unit}.")
_ON_BASIS = N_("{analyte} in {unit}, basis: {basis}.")
_AS_THEY_ARE = N_("Shares: {shares}; nothing is converted.")
_LEFT_OUT = N_("Results that are only a limit (< or >), left out: {count}.")


def values_text(values: Mapping[str, Any], language: str) -> str:
    """Write what is compared: {analyte, unit, basis (by method), limits_left_out}. Never raises."""
    t = translator(language)
    basis: Mapping[str, str | None] = values["basis"]
    shares = {method: one for method, one in basis.items() if one and one in _SHARES}
    moisture = next((one for one in basis.values() if one and one not in _SHARES), None)
    text = t.gettext(_ON_BASIS if moisture else _VALUES).format(
        analyte=_capital(word(ANALYTES, values["analyte"], language)), unit=values["unit"],
        basis=word(BASES, moisture, language) if moisture else "",
    )  # fmt: skip
    if shares:
        written = [t.gettext(_SHARES[one]).format(method=method) for method, one in shares.items()]
        text += " " + t.gettext(_AS_THEY_ARE).format(shares=", ".join(written))
    if values["limits_left_out"]:
        text += " " + t.gettext(_LEFT_OUT).format(count=values["limits_left_out"])
    return text


def ledger_problem(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write why the ledger gives no comparison. Never raises."""
    if code not in PROBLEMS:
        return pairs_problem(code, params, language)
    t = translator(language)
    words = {name: _listed(value) for name, value in params.items()}
    if "analyte" in params:
        words["analyte"] = word(ANALYTES, str(params["analyte"]), language)
    if isinstance(bases := params.get("bases"), Mapping):
        words["bases"] = "; ".join(f"{method}: {_bases(found, t)}" for method, found in bases.items())
    return t.gettext(PROBLEMS[code]).format_map(words)


def _bases(found: Any, t: Translator) -> str:
    return ", ".join(word(BASES, str(one), t.language) for one in found)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
