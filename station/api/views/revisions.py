"""Revisions as they are shown: what came late, both values, and what they move."""

from collections.abc import Mapping, Sequence
from typing import Any

from station.api import schemas
from station.api.language import reasons, translator, vocabulary
from station.api.views.view import View
from station.grain.revising import changed
from station.store.batches import tickets_by_load
from station.store.tables import HoldAct, LabResult, Reading, Revision, Ticket


def revisions(view: View, rows: Sequence[Revision]) -> list[schemas.Revision]:
    if not rows:
        return []
    view.names_of(row.ended_by for row in rows)
    tickets = tickets_by_load(view.tx, [row.load_id for row in rows])
    return [_revision(view, row, tickets.get(row.load_id)) for row in rows]


def _revision(view: View, row: Revision, ticket: Ticket | None) -> schemas.Revision:
    issued = view.tx.get(Ticket, row.ticket_id) if row.ticket_id else None
    return schemas.Revision.model_validate(
        {
            **row.model_dump(exclude={"seq", "old", "new", "rule_pack", "ticket_id"}),
            "past_campaign": row.campaign not in {view.policy.campaign, *view.policy.open_campaigns},
            "ticket": ticket.number if ticket else None,
            "correcting_ticket": issued.number if issued else None,
            "causes": [{**one, "told": _told(view, one)} for one in row.causes],
            "values": _values(row.old, row.new, changed(row.old, row.new)),
            "cells": [
                {
                    "cell": one["cell"], "t": one["t"],
                    "values": _values(_known(one["before"]), _known(one["after"]), list(one["after"])),
                    "broken": reasons(one["broken"], view.language),
                }
                for one in row.cells
            ],
            "ended_by": view.name_of(row.ended_by),
        }
    )  # fmt: skip


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in values.items() if one is not None}


def _values(old: Mapping[str, Any], new: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for name in names:
        was, will = old.get(name), new.get(name)
        stated = will or was
        if stated is None:
            continue
        found.append(
            {
                "analyte": name, "unit": stated["unit"],
                "old": was["value"] if was else None, "old_basis": was["basis"] if was else None,
                "new": will["value"] if will else None, "new_basis": will["basis"] if will else None,
                "laboratory": will.get("laboratory") if will else None,
            }
        )  # fmt: skip
    return found


def _told(view: View, cause: Mapping[str, str]) -> str:
    """What came late, in a sentence."""
    t = translator(view.language)
    if cause["kind"] == "lab_result" and (result := view.tx.get(LabResult, cause["id"])):
        words = t.gettext("Result of the laboratory {name}: {analyte} {value} {unit}")
        return words.format(
            name=result.laboratory, analyte=vocabulary.analyte_name(result.analyte, t.language),
            value=t.plain(result.value, 2), unit=result.unit,
        )  # fmt: skip
    if cause["kind"] == "pairing" and (reading := view.tx.get(Reading, cause["id"])):
        words = t.gettext("The measurement of {moment} was assigned or taken back")
        return words.format(moment=t.moment(reading.at))
    if cause["kind"] == "hold" and (act := view.tx.get(HoldAct, cause["id"])):
        words = t.gettext("Values held by a failed control were corrected on {moment}")
        return words.format(moment=t.moment(act.at))
    return t.gettext("What came late is not here any more")
