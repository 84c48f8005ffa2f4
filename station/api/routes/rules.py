"""Rule packs: which there are, installing and withdrawing them; decisions made again."""

from fastapi import APIRouter, Response

from station.acts.refusals import check_period
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, FewRows, page, ticks, time_place
from station.api.period import Period
from station.api.views import rules as views
from station.api.views.view import view_of
from station.receival.packs import rule_packs
from station.receival.packs.pack_signatures import PackSignature
from station.store import pages

router = APIRouter(tags=["rules"])


@router.get("/rules")
def list_rule_packs(asked: Asked) -> list[schemas.RulePack]:
    """Every pack that was ever installed, in the order of their last installation."""
    with view_of(asked) as view:
        return views.rule_packs(view)


@router.post("/rules", status_code=201, responses=problems(409))
def install_rule_pack(asked: Asked, by: By, body: schemas.RulePackIn) -> schemas.RulePack:
    """Open loads are judged by it at once where it is in force. A site that trusts keys takes only what one
    of them signed."""
    signature = PackSignature(body.signature, asked.context.trusted_keys())
    row = rule_packs.install_pack(asked.desk, body.text, by, body.why, asked.now(), signature)
    with view_of(asked) as view:
        return views.rule_pack(view, row.sha256)


@router.get("/rules/{sha256}", responses=problems(404))
def get_rule_pack(asked: Asked, sha256: schemas.Key) -> schemas.RulePackText:
    """The pack as it was installed, prices too."""
    with view_of(asked) as view:
        return views.rule_pack_text(view, sha256)


@router.post("/rules/withdraw", responses=problems(404))
def withdraw_rule_pack(asked: Asked, by: By, body: schemas.RulePackNamed) -> schemas.RulePack:
    """It is in force no more; old decisions are still explained with it."""
    row = rule_packs.withdraw_pack(asked.desk, body.name, body.version, by, body.why, asked.now())
    with view_of(asked) as view:
        return views.rule_pack(view, row.sha256)


@router.post("/rules/whatif")
def try_rule_pack(
    asked: Asked, response: Response, body: schemas.WhatIfIn, after: After = None, limit: FewRows = 50
) -> schemas.WhatIfPage:
    """Judges the decided loads of a time by a pack that need not be installed, oldest first; nothing is
    kept."""
    check_period(body.since, body.until)
    pack = rule_packs.read_pack(body.text)
    with view_of(asked) as view:
        found = pages.decisions(view.tx, None, body.since, body.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        return views.what_if(view, rows, pack)


@router.get("/replay")
def replay_decisions(
    asked: Asked, response: Response, period: Period, load: schemas.Key | None = None,
    after: After = None, limit: FewRows = 50,
) -> list[schemas.ReplayedDecision]:  # fmt: skip
    """Makes the decisions of a load or a time again from their records, oldest first; `until` is
    excluded."""
    with view_of(asked) as view:
        found = pages.decisions(view.tx, load, period.since, period.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        return views.replayed(view, rows)


@router.post("/replay")
def replay_by_pack(
    asked: Asked, response: Response, body: schemas.ReplayIn, period: Period,
    load: schemas.Key | None = None, after: After = None,
    limit: FewRows = 50,
) -> list[schemas.ReplayedByPack]:  # fmt: skip
    """As `GET`, by the pack that is sent: where each load of a species that it grades would go by it."""
    pack = rule_packs.read_pack(body.text)
    with view_of(asked) as view:
        found = pages.decisions(view.tx, load, period.since, period.until, time_place(after), limit + 1)
        rows = page(response, found, limit, lambda row: (ticks(row.at), row.seq or 0))
        return views.replayed_by(view, rows, pack)
