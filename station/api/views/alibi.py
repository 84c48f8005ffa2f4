"""A head's sealed memory, compared with the weights that tickets stand on."""

from collections.abc import Sequence
from datetime import timedelta

from station.api import schemas
from station.api.language import reason
from station.api.views.certificates import row_errors
from station.api.views.view import View
from station.grain import alibi
from station.receival.bridge.alibi_files import read_memory
from station.receival.bridge.typed_weights import bridge_at
from station.store.sealed import ticketed_weights
from station.store.tables import Weighing


def checked(view: View, text: str, port: str | None) -> schemas.AlibiChecked:
    """Raises Invalid(bridge_not_said), NotFound(unknown_port)."""
    memory, errors = read_memory(text)
    days = sorted({one.day for one in memory})
    bridge = bridge_at(view.tx, port)
    weights: Sequence[tuple[Weighing, tuple[int, ...]]] = ()
    if days and bridge is not None:
        begins, ends = view.policy.midnight(days[0]), view.policy.midnight(days[-1] + timedelta(days=1))
        weights = ticketed_weights(view.tx, bridge.instrument.id, (begins, ends))
    weighed = [
        alibi.Weighed(one.sealed_number, one.kg, view.policy.day(one.at), tickets)
        for one, tickets in weights
        if one.sealed_number
    ]
    there = alibi.within(memory, weighed)
    found = [reason(one.code, one.params, view.language) for one in alibi.compare(memory, there)]
    return schemas.AlibiChecked(
        since=days[0] if days else None, until=days[-1] if days else None, sealed=len(memory),
        checked=len(there), unsealed=len(weights) - len(weighed), differences=found,
        errors=row_errors(view, errors),
    )  # fmt: skip
