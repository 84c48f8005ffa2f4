"""Rule packs with their newest act, and decisions beside what is decided now."""

from station.acts.engine import engine_version
from station.api import schemas
from station.api.views.view import View
from station.receival.pack_standing import packs_in_force, standings
from station.receival.replay import replay
from station.store.tables import Decision, Proposal


def rule_packs(view: View) -> list[schemas.RulePack]:
    holds = {pack.sha256 for pack in packs_in_force(view.tx, view.now).values()}
    return [
        schemas.RulePack(
            sha256=one.record.sha256,
            name=one.record.name,
            version=one.record.version,
            valid_from=one.record.valid_from,
            act=one.newest.act,
            at=one.newest.at,
            by=view.name_of(one.newest.by),
            why=one.newest.why,
            in_force=one.record.sha256 in holds,
        )
        for one in standings(view.tx).values()
    ]


def rule_pack(view: View, sha256: str) -> schemas.RulePack:
    return next(one for one in rule_packs(view) if one.sha256 == sha256)


def replayed(view: View, decision: Decision) -> schemas.ReplayedDecision:
    """Show a decision made again; a record that is gone makes it no equal one."""
    try:
        return schemas.ReplayedDecision.model_validate(replay(view.tx, decision), from_attributes=True)
    except LookupError as error:
        row = view.tx.get_one(Proposal, decision.proposal_id)
        return schemas.ReplayedDecision(
            load_id=decision.load_id, decision_id=decision.id, at=decision.at, pit=None, cell=None,
            engine=row.engine, engine_now=engine_version(), is_equal=False, lost=str(error),
        )  # fmt: skip
