"""A ticket is disputed within the window; sample and photos stay, more is measured, all values are kept."""

import pytest
from sqlmodel import col, select

from drivers.reading import Analyte, Basis
from station.acts.refusals import Conflict, Invalid, NotFound
from station.lab.dispute_paper import dispute_paper
from station.lab.disputes import close_dispute, note, open_dispute
from station.lab.results import NewResult, record_result
from station.receival.laboratory import custody, retaining
from station.receival.measuring import pairings
from station.receival.measuring.readings import type_reading
from station.store import audit
from station.store.disputes import acts_of, disputed_photos, disputes, is_disputed, open_dispute_of
from station.store.tables import (
    AuditEvent,
    Capture,
    Dispute,
    Load,
    Measurement,
    Pairing,
    Photo,
    RetainedSample,
    Sample,
    Ticket,
)
from tests.lab.rows import add_phone
from tests.silo_rig import ANNE, MARC, START, Silo


@pytest.fixture
def load(silo: Silo) -> Load:
    """A load with its ticket."""
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(Load)).one()


def contest(silo: Silo, load: Load, *analytes: str) -> Dispute:
    return open_dispute(
        silo.desk, load.id, analytes or ["protein"], "supplier", "protein too low", ANNE, silo.clock()
    )


def kept(silo: Silo, load: Load) -> RetainedSample:
    return retaining.keep_of_load(silo.desk, load.id, ANNE, silo.clock())


def blocks(silo: Silo, row: RetainedSample) -> str:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(RetainedSample, row.id).blocks


def test_a_load_is_disputed_until_the_last_day_of_the_window(silo: Silo, load: Load) -> None:
    silo.clock.pass_(days=15)
    contest(silo, load)
    with silo.desk.ledger.read() as tx:
        row = open_dispute_of(tx, load.id)
        assert row is not None
        assert (row.analytes, row.raised_by, row.by) == (["protein"], "supplier", "anne")
        assert [act.act for act in acts_of(tx, [row.id])[row.id]] == ["opened"]


def test_after_the_window_the_refusal_says_the_day(silo: Silo, load: Load) -> None:
    silo.clock.pass_(days=16)
    with pytest.raises(Conflict, match="too_late_to_dispute") as refused:
        contest(silo, load)
    assert refused.value.params == {"number": "1", "until": "2026-08-04"}


def test_what_cannot_be_disputed_is_refused(silo: Silo, load: Load) -> None:
    under_way = silo.loads(silo.arrive("IJ-789-KL"))[0]
    with pytest.raises(Conflict, match="no_ticket_to_dispute"):
        contest(silo, under_way)
    with pytest.raises(Invalid, match="unknown_analyte"):
        contest(silo, load, "colour of the truck")
    with pytest.raises(NotFound, match="unknown_load"):
        open_dispute(silo.desk, "none", [], "silo", "why", ANNE, silo.clock())
    contest(silo, load)
    with pytest.raises(Conflict, match="dispute_open"):
        contest(silo, load)


def test_its_retained_sample_is_not_destroyed_while_it_is_disputed(silo: Silo, load: Load) -> None:
    row = kept(silo, load)
    dispute = contest(silo, load)
    silo.clock.pass_(days=200)
    with pytest.raises(Conflict, match="retained_blocked"):
        custody.destroy(silo.desk, [row.number], ANNE, silo.clock())
    with pytest.raises(Conflict, match="dispute_open"):
        custody.release(silo.desk, row.number, "no more", ANNE, silo.clock())
    close_dispute(silo.desk, dispute.id, "upheld", "the laboratory agrees", MARC, silo.clock())
    custody.destroy(silo.desk, [row.number], ANNE, silo.clock())


def test_a_sample_that_is_out_or_sealed_later_is_blocked_too(silo: Silo, load: Load) -> None:
    row = kept(silo, load)
    custody.hand_over(silo.desk, row.number, "Labo Sud", ANNE, silo.clock())
    dispute = contest(silo, load)
    assert blocks(silo, row) == "dispute"
    with silo.desk.ledger.write() as tx:
        tx.add(
            Sample(
                id="later", barcode="S777", load_id=load.id, entered_at=silo.clock(), entered_by="anne",
                species="soft_wheat",
            )
        )  # fmt: skip
    later = kept(silo, load)
    assert blocks(silo, later) == "dispute"
    close_dispute(silo.desk, dispute.id, "upheld", "agreed", MARC, silo.clock())
    assert (blocks(silo, row), blocks(silo, later)) == ("", "")


def test_what_a_person_had_blocked_before_stays_blocked_when_it_is_closed(silo: Silo, load: Load) -> None:
    row = kept(silo, load)
    custody.block(silo.desk, row.number, "insurance", MARC, silo.clock())
    dispute = contest(silo, load)
    close_dispute(silo.desk, dispute.id, "withdrawn", "a slip", MARC, silo.clock())
    assert blocks(silo, row) == "dispute"
    custody.release(silo.desk, row.number, "settled", MARC, silo.clock())
    assert blocks(silo, row) == ""


def test_its_photos_are_not_to_be_pruned_while_it_is_disputed(silo: Silo, load: Load) -> None:
    phone, now = add_phone(silo), silo.clock()
    with silo.desk.ledger.write() as tx:
        sample = tx.exec(select(Sample).where(Sample.load_id == load.id)).one()
        tx.add(Capture(id="c1", at=now, terminal_id=phone))
        tx.flush()
        tx.add(Photo(capture_id="c1", position=1, sha256="ab", size=1, media_type="image/jpeg"))
        tx.add(
            Pairing(
                id="x",
                item_kind="capture",
                item_id="c1",
                sample_id=sample.id,
                state="paired",
                code="",
                at=now,
            )
        )
    dispute = contest(silo, load)
    with silo.desk.ledger.read() as tx:
        assert disputed_photos(tx) == {"ab"}
        assert (is_disputed(tx, "ab"), is_disputed(tx, "cd")) == (True, False)
    close_dispute(silo.desk, dispute.id, "upheld", "agreed", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert disputed_photos(tx) == set()


def measured_again(silo: Silo, load: Load) -> str:
    """The retained sample on the NIR, by hand, and at the laboratory: after the load has ended."""
    barcode = silo.barcode(load)
    again = silo.measure("nir", {"protein": 10.9, "moisture": 13.5}, barcode)
    pairings.assign(silo.desk, again.id, barcode, MARC, silo.clock(), reason="measured for the dispute")
    type_reading(
        silo.desk, barcode, {"protein": (12.4, "dm")}, "read from the other machine", ANNE, silo.clock()
    )
    lab = NewResult(barcode, Analyte.PROTEIN, 12.6, Basis.DRY_MATTER, "Labo Sud", silo.clock())
    record_result(silo.desk.ledger, lab, "marc", silo.clock())
    return again.id


def test_further_measurements_are_recorded_though_the_load_has_ended(silo: Silo, load: Load) -> None:
    contest(silo, load)
    before = silo.tickets()
    again = measured_again(silo, load)
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Load, load.id).outcome == "ticketed"
        rows = tx.exec(
            select(Measurement).where(Measurement.load_id == load.id, Measurement.analyte == "protein")
        )
        assert sorted((row.method, row.value) for row in rows) == [
            ("lab", 12.6), ("machine", 10.4), ("machine", 10.9),
        ]  # fmt: skip
        assert tx.exec(select(Measurement).where(Measurement.source_id == again)).all()
    assert silo.tickets() == before


def test_it_is_closed_with_all_values_kept_and_a_reason(silo: Silo, load: Load) -> None:
    dispute = contest(silo, load)
    measured_again(silo, load)
    note(silo.desk, dispute.id, "sent to the laboratory", ANNE, silo.clock())
    close_dispute(silo.desk, dispute.id, "changed", "the laboratory says 12.6", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        acts = acts_of(tx, [dispute.id])[dispute.id]
        assert [(act.act, act.outcome, act.by) for act in acts] == [
            ("opened", "", "anne"), ("noted", "", "anne"), ("closed", "changed", "marc"),
        ]  # fmt: skip
        protein = [one for one in acts[-1].values if one["analyte"] == "protein"]
        assert [(one["method"], one["value"], one["basis"]) for one in protein] == [
            ("machine", 10.4, "as_is"), ("machine", 10.9, "as_is"),
            ("typed", 12.4, "dm"), ("lab", 12.6, "dm"),
        ]  # fmt: skip
        assert protein[2]["source"] == "anne", "a person's identifier, never the name"
        kinds = tx.exec(select(AuditEvent.kind).where(AuditEvent.subject_id == dispute.id)).all()
        assert kinds == ["dispute_opened", "dispute_noted", "dispute_closed"]
        assert audit.first_broken(tx) is None


def test_a_closed_dispute_stays_as_it_is_and_another_may_follow(silo: Silo, load: Load) -> None:
    dispute = contest(silo, load)
    close_dispute(silo.desk, dispute.id, "upheld", "agreed", MARC, silo.clock())
    with pytest.raises(Conflict, match="dispute_closed"):
        note(silo.desk, dispute.id, "one more word", ANNE, silo.clock())
    with pytest.raises(NotFound, match="unknown_dispute"):
        close_dispute(silo.desk, "none", "upheld", "agreed", MARC, silo.clock())
    second = contest(silo, load)
    with silo.desk.ledger.read() as tx:
        assert [row.id for row in disputes(tx, is_open=True, before=None, most=5)] == [second.id]
        assert [row.id for row in disputes(tx, is_open=None, before=None, most=5)] == [second.id, dispute.id]


def test_a_corrected_report_leaves_the_old_value_on_the_list(silo: Silo, load: Load) -> None:
    barcode = silo.barcode(load)
    for value in (12.6, 12.1):
        new = NewResult(barcode, Analyte.PROTEIN, value, Basis.DRY_MATTER, "Labo Sud", silo.clock())
        record_result(silo.desk.ledger, new, "marc", silo.clock())
    dispute = contest(silo, load)
    close_dispute(silo.desk, dispute.id, "upheld", "agreed", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        values = acts_of(tx, [dispute.id])[dispute.id][-1].values
    lab = [(one["value"], one.get("superseded", False)) for one in values if one["method"] == "lab"]
    assert lab == [(12.6, True), (12.1, False)]


def test_the_paper_has_ticket_decision_values_and_custody_chain(silo: Silo, load: Load) -> None:
    row = kept(silo, load)
    custody.hand_over(silo.desk, row.number, "Labo Sud", ANNE, silo.clock())
    dispute = contest(silo, load)
    with silo.desk.ledger.read() as tx:
        paper = dispute_paper(tx, dispute.id)
        ticket = tx.exec(select(Ticket).order_by(col(Ticket.seq))).one()
    assert paper["ticket"]["number"] == ticket.number
    assert paper["ticket"]["values"] == ticket.document["values"]
    assert (paper["decision"]["cell"], paper["decision"]["by"]) == ("c1", "anne")
    assert paper["judged"]["protein"]["value"] == pytest.approx(12.02, abs=0.01)
    assert {one["method"] for one in paper["values"]} == {"machine"}
    (chain,) = paper["retained"]
    assert [act["kind"] for act in chain["custody"]] == ["sealed", "handed_over", "blocked"]
    assert chain["custody"][1]["whom"] == "Labo Sud"
    assert paper["at"] > START.isoformat()
    with silo.desk.ledger.read() as tx, pytest.raises(NotFound, match="unknown_dispute"):
        dispute_paper(tx, "none")
