"""Look at a collecting day's ticket numbers, and at what was recorded late of days that are closed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlmodel import Session

from station.acts.desk import SitePolicy
from station.receival.days.day_grain import Finding
from station.store import days, queries
from station.store.tables import DayClosing

MOST_ON_PAPER = 200  # of a gap's numbers are looked up among the papers; a wider gap is told as it is


def numbers(
    tx: Session, policy: SitePolicy, span: days.Span, before: DayClosing | None
) -> list[dict[str, Any]]:
    """Say by campaign which numbers were issued since the closing before: {campaign, after, last,
    issued, on_paper, missing}. `missing` are ranges [from, to]; at a first closing they begin with it."""
    last = _last(before) if before else {}
    campaigns = sorted({policy.campaign, *policy.open_campaigns, *last})
    found = (_of_campaign(tx, policy.site, campaign, span, last.get(campaign)) for campaign in campaigns)
    return [one for one in found if one]


def _last(closing: DayClosing) -> dict[str, int]:
    """Return by campaign the last number that a closing saw."""
    return {one["campaign"]: one["last"] for one in closing.document["numbers"]}


def _of_campaign(
    tx: Session, site: str, campaign: str, span: days.Span, last: int | None
) -> dict[str, Any] | None:
    if last is None:
        first = days.first_number(tx, site, campaign, span)
        if first is None:
            return None
        last = first - 1
    after, issued = last, days.numbers_after(tx, site, campaign, last, span[1])
    on_paper, missing = _gaps(tx, campaign, [after, *issued])
    return {
        "campaign": campaign, "after": after, "last": issued[-1] if issued else after,
        "issued": len(issued), "on_paper": on_paper, "missing": missing,
    }  # fmt: skip


def _gaps(tx: Session, campaign: str, issued: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    """Part the numbers between those issued: some stand on papers that were written by hand."""
    on_paper: list[int] = []
    missing: list[list[int]] = []
    for before, number in pairwise(issued):
        if number - before - 1 > MOST_ON_PAPER:
            missing.append([before + 1, number - 1])
            continue
        for lacking in range(before + 1, number):
            if queries.load_on_paper(tx, campaign, str(lacking)) is not None:
                on_paper.append(lacking)
            elif missing and missing[-1][1] == lacking - 1:
                missing[-1][1] = lacking
            else:
                missing.append([lacking, lacking])
    return on_paper, missing


def not_issued(found: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Find the numbers that nobody knows of."""
    for one in found:
        for first, last in one["missing"]:
            params = {"campaign": one["campaign"], "number": first, "last_number": last}
            code = "number_missing" if first == last else "numbers_missing"
            yield Finding(f"number {one['campaign']}/{first}", code, params)


def late(tx: Session, policy: SitePolicy, span: days.Span, before: DayClosing | None) -> list[dict[str, Any]]:
    """List what was recorded since the closing before of days that are closed: tickets of loads that ended
    then, also of a paper pad's, with those that correct one, and movements dated into them."""
    if before is None:
        return []
    since = before.seq or 0
    campaigns = {policy.campaign, *policy.open_campaigns, *_last(before)}
    tickets = [
        {
            "what": "corrected" if corrected else "ticket",
            "day": policy.collecting_day(ended).isoformat(),
            "campaign": ticket.campaign, "number": ticket.number,
            "corrects": corrected.number if corrected else None,
            "kg": round(ticket.net_kg - (corrected.net_kg if corrected else 0.0), 3),
        }
        for ticket, corrected, ended in days.late_tickets(tx, policy.site, campaigns, since, span)
    ]  # fmt: skip
    movements = [
        {
            "what": row.kind, "day": policy.collecting_day(row.at).isoformat(), "cell": row.cell_id,
            "kg": round(row.kg, 3),
        }
        for row in days.late_movements(tx, since, span[0])
    ]  # fmt: skip
    return tickets + movements
