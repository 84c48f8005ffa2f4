"""What goes down from headquarters, in words: kinds of documents, rings, how far each is."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.problems import problem
from ui.words.vocabulary import word

KINDS: Mapping[str, str] = {
    "bundle": N_("model"),
    "rule_pack": N_("rule pack"),
    "policy": N_("policy"),
    "form": N_("form"),
    "reference": N_("reference data"),
    "lab_result": N_("laboratory result"),
    "correction_request": N_("request for a correction"),
    "supplier_match": N_("match of a supplier"),
}
RINGS: Mapping[str, str] = {"pilot": N_("pilot"), "some": N_("some"), "all": N_("all")}
ROLL_OUTS: Mapping[str, str] = {
    "running": N_("under way"),
    "stopped": N_("stopped"),
    "done": N_("everywhere"),
    "back": N_("taken back"),
}
AT_STATION: Mapping[str, str] = {
    "": N_("not heard of it yet"),
    "offered": N_("heard of it"),
    "verified": N_("has it"),
    "installed": N_("installed, does not run yet"),
    "active": N_("runs"),
    "refused": N_("refused"),
    "superseded": N_("a later one came"),
}
_REASONS: Mapping[str, str] = {
    "unknown_kind": N_("its release does not know this kind: it waits for an upgrade"),
    "wrong_bytes": N_("what came was not what was signed: it is fetched again"),
}


def at_station(number: int | None, state: str, language: str) -> str:
    """How far a document is at a station, `number` is that of its offer."""
    if number is None:
        return translator(language).gettext("not offered yet")
    return word(AT_STATION, state, language)


def reason_down(code: str, params: Mapping[str, Any], language: str) -> str:
    """Why a station has not taken a document; empty where it says nothing."""
    if not code:
        return ""
    known = _REASONS.get(code)
    return translator(language).gettext(known) if known else problem(code, params, language)[0]
