"""Decide which sample a reading or capture belongs to: a rule when it comes, else a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session

from drivers.disturbance import Disturbance
from station.acts import checking
from station.acts.desk import Actor, Desk, SitePolicy
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.identifiers import photo_species
from station.grain.pairing import (
    Item,
    KnownSample,
    PairingPolicy,
    contradictions,
    pair,
    species_of_product,
)
from station.grain.reasons import Code, Reason
from station.receival.clocks.clock_acts import Leap, leapt_since, newest_leaps
from station.receival.clocks.device_clocks import place_reading
from station.receival.deciding import proposals
from station.receival.measuring import samples
from station.receival.measuring.remarked import check_asked
from station.receival.measuring.waiting import is_judged, is_news, judge_waiting
from station.receival.papers import revisions
from station.store import audit, measurements, queries
from station.store.ids import new_id
from station.store.tables import Capture, Load, Pairing, Reading, Sample

ItemKind = Literal["reading", "capture"]


def pair_item(
    tx: Session, desk: Desk, item_id: str, item: Item, at: datetime, disturbance: Disturbance | None = None
) -> Load | None:
    """Applies the pairing rule; returns the load whose evidence grew, if one did.

    What was measured while the line failed waits for a person, who confirms it by assigning it; the sample
    that the rule would have chosen is named."""
    policy, leaps = policy_of(desk.policy), newest_leaps(tx)
    kept = _place(tx, item, item_id, policy, leaps)
    if disturbance is None and is_judged(item, policy):
        newest = Pairing(
            id="", item_kind=item.kind, item_id=item_id, state="unpaired", code=Code.NO_OPEN_SAMPLE,
            params=kept, at=at,
        )  # fmt: skip
        return settle(tx, desk, at, newest)
    known = {sample.id: sample for sample in _candidates(tx, item, policy, at, leaps)}
    aged = [_as_of_now(known_sample(sample, item.kind), sample, leaps) for sample in known.values()]
    result = pair(item, aged, policy)
    if disturbance is not None:
        would_be = known[result.sample_id].barcode if result.sample_id else item.barcode
        reason = fault_of(disturbance, barcode=would_be)
        append(tx, item.kind, item_id, None, "unpaired", reason, at, None)
        return None
    reason = Reason(result.reason.code, {**result.reason.params, **kept})
    if result.sample_id is None:
        append(tx, item.kind, item_id, None, "unpaired", reason, at, None)
        return None
    load = pair_with(tx, item.kind, item_id, known[result.sample_id], reason, at, None)
    settle(tx, desk, at)
    return load


def settle(tx: Session, desk: Desk, at: datetime, newest: Pairing | None = None) -> Load | None:
    """Pair what waits without a barcode and has become sure, and propose anew for its load.

    `newest` is of an item that just came, and not kept; returns its load, for which the caller proposes. What
    waits on says its new odds."""
    policy, leaps = policy_of(desk.policy), newest_leaps(tx)
    if policy.rule != "odds":
        return None
    own, loads = None, []
    for found in judge_waiting(tx, policy, desk.policy.products, leaps, at, newest):
        is_newest = found.before is newest
        kept = {name: found.before.params[name] for name in _PLACED if name in found.before.params}
        reason = Reason(found.pairing.reason.code, {**found.pairing.reason.params, **kept})
        kind = kind_of(found.before)
        if found.pairing.sample_id is not None:
            sample = tx.get_one(Sample, found.pairing.sample_id)
            load = pair_with(tx, kind, found.item_id, sample, reason, at, None)
            own = load if is_newest else own
            loads += [load] if load is not None and not is_newest else []
        elif is_newest or is_news(found.before, found.pairing):
            append(tx, kind, found.item_id, None, "unpaired", reason, at, None)
    proposals.propose(tx, desk, loads, at)
    return own


def settle_by_time(desk: Desk, at: datetime) -> None:
    """Pair what has become sure because nothing else came; nothing is written where nothing is sure."""
    policy = policy_of(desk.policy)
    with desk.ledger.read() as tx:
        found = judge_waiting(tx, policy, desk.policy.products, newest_leaps(tx), at)
    if any(one.pairing.sample_id is not None for one in found):
        with desk.ledger.write() as tx:
            settle(tx, desk, at)


def policy_of(policy: SitePolicy) -> PairingPolicy:
    return PairingPolicy.read(policy.pairing_window, policy.pairing)


_PLACED = ("measured_at", "offset", "offset_s", "late", "stray")


def _place(
    tx: Session, item: Item, item_id: str, policy: PairingPolicy, leaps: Sequence[Leap]
) -> dict[str, Any]:
    """When a reading was measured; the rule `window` goes by its arrival."""
    if policy.rule != "odds" or item.kind != "reading":
        return {}
    tx.flush()
    return place_reading(tx, tx.get_one(Reading, item_id), leaps)


def fault_of(disturbance: Disturbance, **params: str | None) -> Reason:
    """The line failed while this was measured."""
    return Reason(Code.FAULT_DURING_MEASUREMENT, {"what": disturbance.value, **params})


def pair_with(
    tx: Session,
    kind: ItemKind,
    item_id: str,
    sample: Sample,
    reason: Reason,
    at: datetime,
    actor: Actor | None,
) -> Load | None:
    """Pairs an item with a sample; returns the load that the sample stands for."""
    load = tx.get(Load, sample.load_id) if sample.load_id else None
    append(tx, kind, item_id, sample, "paired", reason, at, actor, load)
    return load


def assign(
    desk: Desk, item_id: str, barcode: str, actor: Actor, at: datetime, *,
    reason: str = "", as_courtesy: bool = False, despite_remarks: bool = False,
) -> Pairing:  # fmt: skip
    """A person says which sample a waiting item belongs to; `as_courtesy`: a new one, of no load.

    Raises Conflict(contradicts_sample) where barcode, product or the end of its load speaks against it,
    unless `reason` says why it is the sample's all the same; Conflict(measured_with_fault) for what was
    measured while the line failed, unless `despite_remarks` says that the person was asked about it."""
    with desk.ledger.write() as tx:
        waiting = _waiting(tx, item_id)
        item = item_of(tx, desk.policy, waiting)
        if as_courtesy:
            species = item.species if item.species in desk.policy.species else None
            samples.enter(tx, desk, barcode, "courtesy", None, species, actor, at)
        sample = queries.sample_by_barcode(tx, barcode)
        if sample is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        against = [why.as_dict() for why in contradictions(item, known_sample(sample, item.kind))]
        if against and not reason:
            raise Conflict(Fault.CONTRADICTS_SAMPLE, barcode=barcode, remarks=against)
        despite = check_asked([{"code": waiting.code, "params": waiting.params}], despite_remarks)
        override: dict[str, object] = {"against": against, "reason": reason} if against else {}
        paired = Reason(Code.PAIRED_BY_PERSON, {"barcode": barcode, **override})
        load = pair_with(tx, item.kind, item_id, sample, paired, at, actor)
        data = {"barcode": barcode, "despite": despite, **override}
        note(tx, "exception_assigned", item_id, load, actor, at, data)
        if load is not None:
            proposals.propose(tx, desk, [load], at)
            revisions.revise(tx, load.id, revisions.cause("pairing", item_id), at)
        settle(tx, desk, at)
        current = queries.pairing_of(tx, item_id)
        assert current is not None
    return current


def dismiss_all(desk: Desk, item_ids: Sequence[str], text: str, actor: Actor, at: datetime) -> list[Pairing]:
    """A person says that waiting items belong to nothing; they stay recorded. All of them or none."""
    with desk.ledger.write() as tx:
        return [_dismiss(tx, _waiting(tx, item_id), text, actor, at) for item_id in dict.fromkeys(item_ids)]


def _dismiss(tx: Session, waiting: Pairing, text: str, actor: Actor, at: datetime) -> Pairing:
    why = Reason(Code.DISMISSED, {"text": text})
    row = append(tx, kind_of(waiting), waiting.item_id, None, "dismissed", why, at, actor)
    note(tx, "exception_dismissed", waiting.item_id, None, actor, at, {"reason": text})
    return row


def kind_of(pairing: Pairing) -> ItemKind:
    return "reading" if pairing.item_kind == "reading" else "capture"


def item_of(tx: Session, policy: SitePolicy, pairing: Pairing) -> Item:
    """Returns what was paired, or waits for it, as the rule sees it."""
    if pairing.item_kind == "reading":
        row = tx.get_one(Reading, pairing.item_id)
        species = species_of_product(row.product, policy.products) if row.product else None
        return Item("reading", row.barcode, species, row.product, row.at)
    capture = tx.get_one(Capture, pairing.item_id)
    seen_as = photo_species(capture.species) if capture.species else None
    return Item("capture", capture.barcode, seen_as, None, capture.at)


def _candidates(
    tx: Session, item: Item, policy: PairingPolicy, at: datetime, leaps: Sequence[Leap]
) -> list[Sample]:
    if item.barcode is not None:
        sample = queries.sample_by_barcode(tx, item.barcode)
        if sample is not None or not item.typed or policy.rule != "odds":
            return [sample] if sample else []
    forward = sum((leap.by for leap in leaps if leap.by > timedelta(0)), timedelta(0))
    return list(queries.samples_open_since(tx, at - policy.window - forward))


def _as_of_now(known: KnownSample, sample: Sample, leaps: Sequence[Leap]) -> KnownSample:
    """A sample is as old as it is, whatever became of the station's clock since it was entered."""
    return replace(known, entered_at=known.entered_at + leapt_since(leaps, sample.seq))


def known_sample(sample: Sample, item_kind: str) -> KnownSample:
    species = sample.species
    if item_kind == "capture" and species is not None:
        species = photo_species(species)
    return KnownSample(
        id=sample.id,
        barcode=sample.barcode,
        species=species,
        kind=sample.kind,  # type: ignore[arg-type] # the column holds one of the kinds
        entered_at=sample.entered_at,
        open=sample.ended_at is None,
    )


def _waiting(tx: Session, item_id: str) -> Pairing:
    current = queries.pairing_of(tx, item_id)
    if current is None or current.state != "unpaired":
        raise NotFound(Fault.UNKNOWN_EXCEPTION, id=item_id)
    return current


def append(
    tx: Session, kind: ItemKind, item_id: str, sample: Sample | None, state: str, reason: Reason,
    at: datetime, actor: Actor | None, load: Load | None = None,
) -> Pairing:  # fmt: skip
    before = queries.pairing_of(tx, item_id)
    if before is not None:
        before.current = False
        tx.add(before)
        tx.flush()
    row = Pairing(
        id=new_id(at),
        item_kind=kind,
        item_id=item_id,
        sample_id=sample.id if sample else None,
        state=state,
        code=reason.code.value,
        params=dict(reason.params),
        at=at,
        by=actor.id if actor else None,
    )
    tx.add(row)
    data = {"state": state, **reason.as_dict(), "barcode": sample.barcode if sample else None}
    note(tx, f"{kind}_paired", item_id, load, actor, at, data)
    measurements.write_item(tx, kind, item_id)
    if before is not None or (sample is not None and sample.kind == checking.CONTROL):
        checking.check_item(tx, kind, item_id, sample, at, row.by)
    return row


def note(
    tx: Session,
    event: str,
    item_id: str,
    load: Load | None,
    actor: Actor | None,
    at: datetime,
    data: dict[str, object],
) -> None:
    audit.record(
        tx, event, at, by=actor.id if actor else None, terminal=actor.terminal if actor else None,
        visit_id=load.visit_id if load else None, load_id=load.id if load else None, subject_id=item_id,
        data=data,
    )  # fmt: skip
