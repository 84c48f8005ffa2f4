"""Rule packs with their newest act, and decisions beside what is decided now."""

from collections import defaultdict

from station.acts.engine import engine_version
from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.views.view import View
from station.receival.pack_standing import packs_in_force, parsed_pack, standings
from station.receival.replay import replay
from station.store.tables import Decision, Proposal


def rule_packs(view: View) -> list[schemas.RulePack]:
    holds: dict[str, list[str]] = defaultdict(list)
    for species, pack in packs_in_force(view.tx, view.now).items():
        holds[pack.sha256].append(species)
    return [
        schemas.RulePack(
            sha256=one.record.sha256,
            name=one.record.name,
            version=one.record.version,
            valid_from=one.record.valid_from,
            valid_until=parsed_pack(one.record.text).valid_until,
            act=one.newest.act,
            at=one.newest.at,
            by=view.name_of(one.newest.by),
            why=one.newest.why,
            in_force=bool(holds[one.record.sha256]),
            species=holds[one.record.sha256],
            key=one.installed.key,
        )
        for one in standings(view.tx).values()
    ]


def rule_pack(view: View, sha256: str) -> schemas.RulePack:
    return next(one for one in rule_packs(view) if one.sha256 == sha256)


def rule_pack_text(view: View, sha256: str) -> schemas.RulePackText:
    """Raises NotFound."""
    found = standings(view.tx).get(sha256)
    if found is None:
        raise NotFound(Fault.UNKNOWN_RULE_PACK, name=sha256, version="")
    row = found.record
    return schemas.RulePackText(
        sha256=sha256, name=row.name, version=row.version, text=row.text, signature=found.installed.signature
    )


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
