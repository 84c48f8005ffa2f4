"""The numbers that the station's word and its own /metrics have in common, by the names of their series."""

from station.api.context import Context
from station.api.views.health import health
from station.api.views.view import View
from station.store import queries
from ui.words.i18n import LANGUAGES


def series_of(view: View, context: Context) -> dict[str, float]:
    """What is not known has no number: a second disk that the station does not have."""
    found = {
        "silo_accepting": float(health(view, context).accepting),
        "silo_exceptions_open": float(queries.count_unpaired(view.tx)),
    }
    if (backup := context.health().backup) is not None:
        for name, at in (
            ("silo_backup_age_seconds", backup.made_at),
            ("silo_restore_proved_age_seconds", backup.proved_at),
        ):
            if at is not None:
                found[name] = max(0.0, (view.now - at).total_seconds())
    return found


def series_now(context: Context) -> dict[str, float]:
    desk = context.desk
    with desk.ledger.read() as tx:
        return series_of(View(tx, desk.policy, LANGUAGES[0], context.clock()), context)
