"""What a roll-out waits for, what stopped it, and why a station voted as it did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ui.words.i18n import N_, Translator, translator
from ui.words.problems import problem

OBSTACLES: Mapping[str, str] = {
    "refused": N_("{station} refused it: {why}"),
    "most_abstentions": N_(
        "at {station} the model refuses {share} of {captures} captures; at most {limit} may be"
    ),
    "most_disagreement": N_(
        "at {station} the model differs from the active one on {share} of {captures} captures; the limit is"
        " {limit}"
    ),
    "most_worker_deaths": N_(
        "at {station} the model's process failed until it was given up, {count} times; at most {limit} may be"
    ),
    "not_active": N_("{station}: it does not run there yet"),
    "vote_missing": N_("{station} has not voted yet"),
    "vote_no": N_("{station} voted no: {why}"),
    "no_yes": N_("{yes} stations voted yes, at least {least} must; {abstained} had nothing to try it on"),
    "hours": N_("it runs for {hours} hours first, until {opens_at}"),
}
REASONS: Mapping[str, str] = {
    "no_loads": N_("nothing to try it on"),
    "not_in_time": N_("not tried to the end in the quiet hours"),
    "most_regraded": N_("{share} of the loads would change grade; at most {limit} may"),
    "most_refusals": N_("{share} of the loads would find no cell any more; at most {limit} may"),
    "most_abstentions": N_("the model refuses {share} of the captures; at most {limit} may be"),
    "most_disagreement": N_(
        "{share} disagrees with the active model, machine or laboratory; at most {limit} may"
    ),
    "most_errors": N_("{share} could not be tried; at most {limit} may be"),
}
VERDICTS: Mapping[str, str] = {
    "yes": N_("yes"), "no": N_("no"), "abstain": N_("abstains"), "": N_("not voted yet"),
}  # fmt: skip


def obstacle(code: str, station: str, params: Mapping[str, Any], language: str) -> str:
    """Write what a roll-out waits for, or what stopped it."""
    t = translator(language)
    told = _told(params, t)
    if code == "refused":
        told["why"] = problem(str(params.get("code", "")), {}, language)[0]
    if code == "vote_no":
        told["why"] = t.listed(reason(one["code"], one["params"], language) for one in params["reasons"])
    if code not in OBSTACLES:
        return f"{station} {code}".strip()
    return t.gettext(OBSTACLES[code]).format(station=station, **told)


def reason(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write why a station did not vote yes."""
    t = translator(language)
    return t.gettext(REASONS[code]).format(**_told(params, t)) if code in REASONS else code


def verdict(code: str, language: str) -> str:
    return translator(language).gettext(VERDICTS[code]) if code in VERDICTS else code


def _told(params: Mapping[str, Any], t: Translator) -> dict[str, str]:
    """A limit beside a share is a share; beside a count it is a count."""
    shares = ("share", "limit") if "share" in params else ()
    return {
        name: t.percent(value, 1) if name in shares else _text(name, value, t)
        for name, value in params.items()
    }


def _text(name: str, value: Any, t: Translator) -> str:
    if name.endswith("_at"):
        return t.moment(datetime.fromisoformat(value))
    return t.plain(value) if isinstance(value, int | float) else str(value)
