"""`silo hub stations`: how each station stands, in words."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from station.cli.hub.parts import HubConfigOption, hub_database, hub_settings
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, _, now, out, show
from ui.words.i18n import translator
from ui.words.post import photo_reason

if TYPE_CHECKING:
    from station.hub.standing import Standing


def stations(config: HubConfigOption, as_json: JsonOption = False) -> None:
    from station.hub.database import TABLES
    from station.hub.standing import standings

    with hub_database(hub_settings(config)) as engine, engine.connect() as connection:
        found = standings(connection, TABLES)
    at = now()
    for standing in found:
        if as_json:
            out(_told(standing, at))
        else:
            for line in _sentences(standing, at):
                show(line)


def _told(standing: "Standing", at: datetime) -> dict[str, Any]:
    age = standing.age_s(at)
    return {
        "station": standing.station, "name": standing.name, "state": standing.state, "bags": standing.bags,
        "hash": standing.sha256[:12], "owed": standing.owed, "changes": standing.changes,
        "photos_owed": standing.photos_owed, "oldest_at": standing.oldest_at,
        "lag": standing.lag, "parked": standing.parked, "quarantine": standing.waiting,
        "clock_offset_s": standing.clock_offset_s, "release": standing.release, "schema": standing.schema,
        "older": standing.older, "running": standing.running,
        "heard_at": standing.heard_at.isoformat() if standing.heard_at else None,
        "age_s": round(age) if age is not None else None,
    }  # fmt: skip


def _sentences(standing: "Standing", at: datetime) -> list[str]:
    t = translator(LANGUAGE)
    states = {
        "new": _("not enrolled yet"), "ok": _("enrolled"), "revoked": _("revoked"),
        "fork": _("two machines speak for it: nothing more is taken (silo hub settle)"),
    }  # fmt: skip
    name = f" ({standing.name})" if standing.name else ""
    lines = [f"{standing.station}{name}: {states[standing.state]}"]
    age = standing.age_s(at)
    if age is None:
        return [*lines, "  " + _("never heard")]
    lines.append("  " + _("heard {minutes} min ago; release {release}, shape {shape}").format(
        minutes=t.number(age // 60, 0), release=standing.release or "?", shape=standing.schema or "?"
    ))  # fmt: skip
    lines.append("  " + _("owes {owed} bags and {changes} changes; here up to bag {bags} ({hash})").format(
        owed=_counted(standing.owed), changes=_counted(standing.changes), bags=t.number(standing.bags, 0),
        hash=standing.sha256[:12] or "-",
    ))  # fmt: skip
    if standing.lag or standing.waiting:
        lines.append("  " + _("not applied yet: {lag} bags; in quarantine: {waiting} rows").format(
            lag=t.number(standing.lag, 0), waiting=t.number(standing.waiting, 0)
        ))  # fmt: skip
    waits = standing.told.get("photos_wait")
    if isinstance(waits, str) and waits and standing.told.get("photos_owed"):
        lines.append("  " + _("its photos wait: {why}").format(why=photo_reason(waits, LANGUAGE)))
    if standing.is_clock_wrong():
        offset = t.number(standing.clock_offset_s or 0.0, 0)
        lines.append("  " + _("its clock is {seconds} s from the hub's").format(seconds=offset))
    if standing.older == "station":
        lines.append("  " + _("its release is older than the hub's"))
    if standing.older == "hub":
        lines.append("  " + _("the hub's release is older: its bags wait for the hub's upgrade"))
    models = [sha256[:12] for sha256 in standing.running.get("models", [])]
    pack = standing.running.get("rule_pack", "")
    if models or pack:
        lines.append("  " + _("runs: models {models}; rule pack {pack}").format(
            models=", ".join(models) or "-", pack=pack[:12] or "-"
        ))  # fmt: skip
    return lines


def _counted(number: int | None) -> str:
    return translator(LANGUAGE).number(number, 0) if number is not None else "?"
