"""What is said of a cell's plan and pace, wherever it is said."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from ui.words import vocabulary
from ui.words.i18n import Translator


def full_text(full_at: datetime | None, t: Translator, zone: tzinfo | None = None) -> str:
    """Write when a cell is full at its pace; nothing where nobody can know."""
    return (
        "" if full_at is None else t.gettext("at this pace full at {time}").format(time=t.time(full_at, zone))
    )


def target_text(target_t: float | None, t: Translator) -> str:
    return "" if target_t is None else t.gettext("target {tonnes}").format(tonnes=t.tonnes(target_t, 0))


def plan_sentence(line: Mapping[str, Any], t: Translator, zone: tzinfo | None = None) -> str:
    """Write one line of the plan: what the cell is for, what it holds, what is expected, when it is full."""
    goods = [
        vocabulary.species_name(line["species"], t.language) if line["species"] else "",
        vocabulary.site_name("grade", line["grade"], t.language) if line["grade"] else "",
        *(vocabulary.claim_name(claim, t.language) for claim in line["claims"]),
    ]
    parts = [
        vocabulary.site_name("cell", line["cell"], t.language),
        ", ".join(filter(None, goods)),
        t.gettext("holds {tonnes}").format(tonnes=t.tonnes(line["content_t"])),
        target_text(line["target_t"], t),
        week_text(line["arrived_t"], line["expected_t"], t),
        full_text(line["full_at"], t, zone),
        t.listed(one["message"] for one in line["flags"]),
    ]
    return " · ".join(filter(None, parts))


def week_text(arrived_t: float, expected_t: float | None, t: Translator) -> str:
    """Write what came this week beside what is expected; nothing where nothing is."""
    if expected_t is None:
        return ""
    words = {"arrived": t.tonnes(arrived_t, 0), "expected": t.tonnes(expected_t, 0)}
    return t.gettext("this week {arrived} of {expected}").format(**words)
