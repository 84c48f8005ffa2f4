"""What is sent to a laboratory is chosen from what the ledger knows today, and recorded with its why."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from station.acts.custody import CHOSEN, set_block
from station.acts.desk import Actor, Desk
from station.grain.sending import Candidate, Chosen, Facts, Near, choose, lack_of, near_limits
from station.receival.packs.pack_standing import pack_with
from station.store import audit, batches, queries
from station.store.evidence import CaptureSeen, captures_seen
from station.store.ids import new_id
from station.store.retained import KEPT
from station.store.tables import (
    LabResult,
    Proposal,
    RetainedSample,
    Sample,
    Sending,
    SentSample,
)

NEEDED = 40  # samples of a species with a laboratory's word, for slope and bias (minimum n of a verdict)


def choose_to_send(desk: Desk, budget: int, actor: Actor, at: datetime) -> Sending:
    """Chooses for today's budget and records the list; what is on it is not destroyed before it is handed
    over. The lot is drawn by site and collecting day, which nobody picks."""
    seed = f"{desk.policy.site} {desk.policy.collecting_day(at).isoformat()}"
    with desk.ledger.write() as tx:
        rows = {row.number: row for row in _eligible(tx, desk, at)}
        candidates = _candidates(tx, desk, list(rows.values()), at)
        chosen = choose(candidates, budget, desk.keeping.random_share, seed)
        sending = Sending(
            id=new_id(at), kind="choice", seed=seed, budget=budget,
            fresh=sum(one.is_fresh for one in candidates), at=at, by=actor.id,
        )  # fmt: skip
        record(tx, sending, [(rows[one.number], one) for one in chosen], actor)
    return sending


def record(
    tx: Session, sending: Sending, chosen: Sequence[tuple[RetainedSample, Chosen | None]], actor: Actor
) -> None:
    """Adds a list of what is sent, in its order; None: it is of a list of all."""
    tx.add(sending)
    tx.flush()
    for position, (row, why) in enumerate(chosen, start=1):
        set_block(row, CHOSEN, True)
        sent = SentSample(
            sending_id=sending.id, retained_id=row.id, position=position, reason=why.reason if why else "all",
            weight=why.weight if why else None,
            reasons=[reason.as_dict() for reason in why.reasons] if why else [],
        )  # fmt: skip
        tx.add_all([row, sent])
    audit.record(
        tx, "samples_chosen", sending.at, by=actor.id, terminal=actor.terminal, subject_id=sending.id,
        data={
            "kind": sending.kind, "seed": sending.seed, "budget": sending.budget, "fresh": sending.fresh,
            "terms": sending.terms, "numbers": [row.number for row, _ in chosen],
        },
    )  # fmt: skip


def _eligible(tx: Session, desk: Desk, at: datetime) -> Sequence[RetainedSample]:
    """What lies here of loads, was never sent, and took part in no draw or may still be disputed."""
    query = (
        select(RetainedSample)
        .join(Sample, col(Sample.id) == RetainedSample.sample_id)
        .where(RetainedSample.state == KEPT, Sample.kind == "load")
        .where(~select(SentSample.retained_id).where(SentSample.retained_id == RetainedSample.id).exists())
        .order_by(col(RetainedSample.seq))
    )
    last = last_draw(tx)
    rows = tx.exec(query).all()
    return [row for row in rows if (row.seq or 0) > last or _days_left(desk, row, at) > 0]


def last_draw(tx: Session) -> int:
    """The number of the last choice; rows with higher ones took part in no draw."""
    newest = select(Sending.seq).where(Sending.kind == "choice").order_by(col(Sending.seq).desc()).limit(1)
    return tx.exec(newest).first() or 0


def _days_left(desk: Desk, row: RetainedSample, at: datetime) -> int:
    passed = (desk.policy.day(at) - desk.policy.day(row.sealed_at)).days
    return desk.keeping.dispute_days - passed


def _candidates(tx: Session, desk: Desk, rows: Sequence[RetainedSample], at: datetime) -> list[Candidate]:
    samples = {row.sample_id: tx.get_one(Sample, row.sample_id) for row in rows}
    load_ids = [sample.load_id for sample in samples.values() if sample.load_id]
    proposals = queries.current_proposals(tx, load_ids)
    tickets, decisions = batches.tickets_by_load(tx, load_ids), batches.current_decisions(tx, load_ids)
    seen, last, counts = captures_seen(tx, list(samples)), last_draw(tx), _analysed(tx)
    found = []
    for row in rows:
        sample = samples[row.sample_id]
        load_id = sample.load_id or ""
        proposal, ticket = proposals.get(load_id), tickets.get(load_id)
        decision = decisions.get(load_id)
        estimated = proposal.load_t if proposal else None
        facts = _facts(tx, proposal, seen.get(row.sample_id, ()), sample.species)
        found.append(
            Candidate(
                number=row.number,
                tonnes=ticket.net_kg / 1000 if ticket else estimated or 0.0,
                days_left=_days_left(desk, row, at),
                lack=lack_of(counts[sample.species or ""], NEEDED),
                is_fresh=(row.seq or 0) > last,
                facts=Facts(*facts, overridden=decision is not None and decision.overridden),
            )
        )
    return found


def _analysed(tx: Session) -> Counter[str]:
    """How many samples of each species a laboratory has spoken of."""
    query = select(Sample.species, func.count(func.distinct(Sample.id)))
    query = query.join(LabResult, col(LabResult.sample_id) == Sample.id)
    query = query.where(LabResult.state == "accepted", col(LabResult.current).is_(True))
    query = query.group_by(col(Sample.species))
    return Counter({species or "": count for species, count in tx.exec(query)})


def _facts(
    tx: Session, proposal: Proposal | None, seen: Sequence[CaptureSeen], species: str | None
) -> tuple[tuple[str, ...], tuple[Near, ...], bool]:
    results = proposal.assessment["results"] if proposal else {}
    accepted = [one for capture in seen for one in capture.inspections if one.accepted]
    differ = [
        name
        for one in accepted
        for name, number in one.result.get("numbers", {}).items()
        if name in results
        and number["basis"] == results[name]["basis"]
        and results[name]["reading_id"]
        and not number["low"] <= results[name].get("raw", results[name]["value"]) <= number["high"]
    ]
    pack = pack_with(tx, proposal.rule_pack) if proposal else None
    return tuple(dict.fromkeys(differ)), near_limits(results, pack, species), bool(seen) and not accepted
