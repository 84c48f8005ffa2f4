"""What came of a backtest, in lines for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from station.cli.say import LANGUAGE, _
from ui.words.i18n import translator

_WIDE = 14
_NUMBERS = translator(LANGUAGE)


def state_sentence(told: Mapping[str, Any]) -> str:
    states = {
        "running": _("under way"), "done": _("done"), "cancelled": _("cancelled"), "failed": _("failed"),
    }  # fmt: skip
    reasons = {
        "candidate_broken": _("the candidate does not run"),
        "photo_store": _("the photo store cannot be used"),
    }
    line = _("{number}: {name} {version}, {done} of {count} captures: {state}").format(
        number=told["backtest"], name=told["name"], version=told["version"], done=told["looked_at"],
        count=told["captures"], state=states[told["state"]],
    )  # fmt: skip
    if told["code"]:
        line += f" ({reasons.get(told['code'], told['code'])}: {told['why']})"
    return line


def sentences(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield a row of the report: its head, then a line for each model, analyte and method."""
    groups = {
        "all": _("All silos"), "station": _("Silo"), "phone_model": _("Phone model"), "month": _("Month"),
    }  # fmt: skip
    head = f"{groups[row['by']]} {row['value']}".strip()
    yield _("{group}: {count} captures").format(group=head, count=row["captures"])
    for state, count in row["not_judged"].items():
        yield f"    {_states().get(state, state)}: {count}"
    for who in ("candidate", "active"):
        said = row[who]
        words = _("candidate") if who == "candidate" else _("active model")
        refused = _percent(said["abstention"])
        yield f"    {words}: " + _("{count} captures, refuses {share}").format(
            count=said["captures"], share=refused
        )
        for one in said["evidence"]:
            where = _("laboratory") if one["against"] == "lab" else _("machine")
            yield f"        {one['analyte']:<{_WIDE}} {where:<{_WIDE}} {_figures(one)}"
    if row["same_verdict"]:
        yield "    " + _("Both accept or both refuse: {share}").format(share=_percent(row["same_verdict"]))


def _states() -> dict[str, str]:
    return {
        "photo_gone": _("the photo is gone from the store"),
        "photo_damaged": _("the photo in the store is damaged"),
        "photo_unreadable": _("the photo cannot be read"),
        "worker_failed": _("the model failed on it"),
        "worker_killed": _("it ended its worker each time"),
    }


def _figures(one: Mapping[str, Any]) -> str:
    if one["verdict"] != "compared":
        return _("n {n}, too few").format(n=one["n"])
    return _("n {n}  bias {bias}  spread {sep}  within its limits {within}").format(
        n=one["n"], bias=_with_limits(one["bias"]), sep=_with_limits(one["sep"]),
        within=_percent(one["within"]),
    )  # fmt: skip


def _with_limits(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "-"
    value, *ci = (_NUMBERS.number(number, 2) for number in (one["value"], *(one["ci"] or ())))
    return f"{value} ({ci[0]} … {ci[1]})" if ci else value


def _percent(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return "-"
    value, low, high = (_NUMBERS.percent(number, 1) for number in (share["value"], *share["ci"]))
    return f"{value} ({low} … {high})"
