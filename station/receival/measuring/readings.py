"""Readings: recorded as they come, paired with a sample, and typed where an instrument cannot say it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from drivers.reading import Analyte, Value
from drivers.reading import Reading as DeviceReading
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.pairing import Item
from station.grain.products import species_of_product
from station.grain.reasons import Code, Reason
from station.grain.remarks import remarks_on
from station.receival.arrivals.loads import check_value
from station.receival.deciding import proposals
from station.receival.measuring import pairings, waivers
from station.receival.measuring.frames import StoredFrame, add_frame, around, is_frame
from station.receival.measuring.instruments import instrument_at
from station.receival.measuring.remarked import Remark, asked_about, check_asked
from station.receival.papers import revisions
from station.store import audit, queries
from station.store.evidence import readings_by_sample
from station.store.ids import new_id
from station.store.tables import Frame, Instrument, Reading, Sample

# Far more than one connection leaves without an acknowledgement; a whole campaign would take too long to
# look through for each of ten thousand messages that a broker gives again.
RESENT = 4096


def take_reading(
    desk: Desk, reading: DeviceReading, frame: StoredFrame, *, sent_again: bool = False
) -> Reading:
    """Records one analysis with its frame, pairs it, and proposes anew: one transaction.

    The same message twice (equal identity, `sent_again` with equal bytes, or the same place in the
    journal) stays one row, which is returned, so that a message not acknowledged before a crash does no
    harm when it comes again."""
    with desk.ledger.write() as tx:
        instrument = instrument_at(tx, frame.port, reading.at)
        known = _known(tx, reading, frame, instrument, sent_again)
        if known is not None:
            return known
        remarks = remarks_on(instrument, reading.values, desk.policy.day(reading.at))
        row = Reading(
            id=new_id(reading.at),
            at=reading.at,
            instrument_id=instrument.id,
            port_id=frame.port,
            frame_id=add_frame(tx, frame, instrument.id).id,
            identity=reading.identity,
            device_time=reading.device_time.isoformat() if reading.device_time else None,
            barcode=reading.sample_id,
            product=reading.product,
            serial=reading.serial,
            values={analyte.value: value.as_dict() for analyte, value in reading.values.items()},
            flags=sorted(flag.value for flag in reading.flags),
            extra=dict(reading.extra),
            remarks=[remark.as_dict() for remark in remarks],
            uncertainty=dict(instrument.uncertainty),
            legal_for=list(instrument.legal_for),
        )
        tx.add(row)
        audit.record(
            tx, "reading_received", reading.at, subject_id=row.id,
            data={
                "instrument": instrument.id, "port": frame.port, "barcode": row.barcode,
                "values": row.values, "remarks": row.remarks,
            },
        )  # fmt: skip
        product_species = species_of_product(row.product, desk.policy.products) if row.product else None
        item = Item(
            kind="reading", barcode=row.barcode, species=product_species, product=row.product, at=row.at,
            typed=frame.port in desk.policy.pairing.get("typed", ()),
        )  # fmt: skip
        load = pairings.pair_item(tx, desk, row.id, item, reading.at, frame.disturbance)
        if load is not None:
            proposals.propose(tx, desk, [load], reading.at)
            revisions.revise(tx, load.id, revisions.cause("pairing", row.id), reading.at)
        waivers.end_measured(tx, desk, row, reading.at)
    return row


def type_reading(
    desk: Desk,
    barcode: str,
    values: Mapping[str, tuple[float, str | None]],
    note: str,
    actor: Actor,
    at: datetime,
    *,
    despite_remarks: bool = False,
) -> Reading:
    """Records values (number, basis) that a named person typed for the sample with this barcode.

    Raises Conflict(unusual_value) for one that is not usual of the sample's species, unless `despite_remarks`
    says that the person was asked about it, and Conflict(typed_over_instrument) for one that an instrument
    has measured, unless `note` says why it is typed."""
    checked = {name: check_value(name, *typed) for name, typed in values.items()}
    with desk.ledger.write() as tx:
        sample = queries.sample_by_barcode(tx, barcode)
        if sample is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        if not note:
            _check_unmeasured(tx, sample, checked)
        remarks = asked_about({Analyte(name): values[name][0] for name in checked}, sample.species)
        check_asked(remarks, despite_remarks)
        return record_typed(tx, desk, sample, checked, remarks, note, actor, at)


def record_typed(
    tx: Session, desk: Desk, sample: Sample, values: Mapping[str, Value], remarks: Sequence[Remark],
    note: str, actor: Actor, at: datetime, *, read_at: datetime | None = None,
) -> Reading:  # fmt: skip
    """Record checked values that a person read, now or at `read_at`, and answered for (`remarks`); propose
    anew by them."""
    row = Reading(
        id=new_id(at), at=read_at or at, typed_by=actor.id, barcode=sample.barcode,
        values={name: value.as_dict() for name, value in values.items()},
        remarks=[dict(one) for one in remarks], note=note,
    )  # fmt: skip
    tx.add(row)
    despite = [one["code"] for one in remarks]
    audit.record(
        tx, "reading_received", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
        load_id=sample.load_id,
        data={"barcode": sample.barcode, "values": row.values, "despite": despite},
    )  # fmt: skip
    reason = Reason(Code.TYPED_BY_PERSON, {"barcode": sample.barcode})
    load = pairings.pair_with(tx, "reading", row.id, sample, reason, at, actor)
    if load is not None:
        proposals.propose(tx, desk, [load], at)
        revisions.revise(tx, load.id, revisions.cause("pairing", row.id), at)
    return row


def _check_unmeasured(tx: Session, sample: Sample, names: Iterable[str]) -> None:
    """Raises Conflict(typed_over_instrument) where an instrument gave one of these values."""
    for row in readings_by_sample(tx, [sample.id]).get(sample.id, ()):
        for name in names:
            measured = row.values.get(name) if row.typed_by is None else None
            if measured is not None and measured["value"] is not None:
                raise Conflict(
                    Fault.TYPED_OVER_INSTRUMENT, analyte=name, value=measured["value"], unit=measured["unit"]
                )


def _known(
    tx: Session, reading: DeviceReading, frame: StoredFrame, instrument: Instrument, sent_again: bool
) -> Reading | None:
    """An identity is the instrument's own; a message sent again may be of the one that was swapped out."""
    if reading.identity is not None:
        of_instrument = select(Reading).where(Reading.instrument_id == instrument.id)
        same = tx.exec(of_instrument.where(Reading.identity == reading.identity)).first()
        if same is not None or not sent_again:
            return same
    with_frame = select(Reading).join(Frame, col(Frame.id) == Reading.frame_id)
    if sent_again:
        newest = select(Reading.seq).where(Reading.port_id == frame.port).order_by(col(Reading.seq).desc())
        before = func.coalesce(newest.offset(RESENT).limit(1).scalar_subquery(), -1)
        recent = with_frame.where(Reading.port_id == frame.port, col(Reading.seq) > before)
        return tx.exec(recent.where(Frame.data == frame.frame.data)).first()
    return tx.exec(with_frame.where(col(Reading.at).between(*around(frame)), is_frame(frame))).first()
