"""Disputes as the counter shows them: persons by name, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from station.api import schemas
from station.api.views.dispute_text import dispute_text
from station.api.views.view import View
from station.lab.controls import source_name
from station.lab.dispute_paper import dispute_paper
from station.store.disputes import acts_of
from station.store.tables import Dispute


def disputes(view: View, rows: Sequence[Dispute]) -> list[schemas.Dispute]:
    acts = acts_of(view.tx, [row.id for row in rows])
    return [
        schemas.Dispute.model_validate(
            {
                **row.model_dump(exclude={"seq"}),
                "by": view.name_of(row.by),
                "acts": [_act(view, act.model_dump()) for act in acts.get(row.id, ())],
            }
        )
        for row in rows
    ]


def paper(view: View, dispute_id: str) -> schemas.DisputePaper:
    told = dispute_paper(view.tx, dispute_id)
    told |= {
        "by": view.name_of(told["by"]),
        "acts": [_act(view, act) for act in told["acts"]],
        "values": _values(view, told["values"]),
        "retained": [{**one, "custody": _custody(view, one["custody"])} for one in told["retained"]],
    }
    if told["decision"]:
        named = {name: view.name_of(told["decision"][name]) for name in ("by", "approved_by")}
        told["decision"] = {**told["decision"], **named}
    return schemas.DisputePaper.model_validate(
        {**told, "text": dispute_text(told, view.policy.site_name, view.language)}
    )


def _act(view: View, act: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: act[name] for name in schemas.DisputeAct.model_fields}
    return {**wanted, "by": view.name_of(act["by"]), "values": _values(view, act["values"])}


def _values(view: View, values: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "source": _source(view, one["method"], one["source"])} for one in values]


def _source(view: View, method: str, source: str) -> str:
    """The person who typed it or the phone by name; a machine's serial number as it is."""
    if method == "typed":
        return view.name_of(source) or source
    return source_name(view.tx, method, source) if method == "phone" else source


def _custody(view: View, acts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**act, "by": view.name_of(act["by"])} for act in acts]
