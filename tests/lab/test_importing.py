"""A laboratory's file comes into the ledger; what is open waits, and nothing is guessed or taken twice."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from drivers.errors import SettingError
from drivers.reading import Analyte, Basis
from station.acts.refusals import NotFound, Refusal
from station.lab import importing, waiting
from station.lab.importing import Taken, import_file, profile_of
from station.lab.recording import Judged, Said, judge, record
from station.lab.waiting import Answer
from station.receival.arrivals.visits import NewLoad
from station.receival.laboratory import retaining
from station.receival.measuring import samples
from station.receival.storage import movements
from station.store.laboratory import lab_results
from station.store.tables import AuditEvent, LabFile, LabResult, Measurement, Sample
from tests.silo_rig import ANNE, MARC, Silo

PROFILE = """
[file]
format = "csv"
laboratory = "Labo Sud"
decimal = "comma"
dates = "day_first"
[columns]
barcode = "N°"
report = "Rapport"
basis = "Base"
[[analytes]]
analyte = "protein"
names = ["Protéines"]
unit = "%"
nitrogen_factor = 5.7
[[analytes]]
analyte = "don"
names = ["DON"]
unit = "µg/kg"
optional = true
"""
WITHOUT_FACTOR = PROFILE.replace("nitrogen_factor = 5.7\n", "")
HEAD = "N°;Rapport;Base;Protéines;DON"


def took(silo: Silo, *rows: str, profile: str = PROFILE, **how: Any) -> Taken:
    data = "\n".join((HEAD, *rows)).encode()
    return import_file(silo.desk.ledger, data, profile_of(profile, "labo.toml"), "marc", silo.clock(), **how)


def statuses(taken: Taken) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.status, row.waits_for) for row in taken.rows]


def held(silo: Silo, barcode: str = "S1") -> list[tuple[str, float, str]]:
    with silo.desk.ledger.read() as tx:
        sample = tx.exec(select(Sample).where(Sample.barcode == barcode)).one()
        return [(row.report, row.value, row.comparator) for row in lab_results(tx, sample.id)]


def count(silo: Silo, table: Any) -> int:
    with silo.desk.ledger.read() as tx:
        return len(tx.exec(select(table)).all())


def newest(silo: Silo) -> LabResult:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(LabResult).order_by(col(LabResult.seq).desc())).first() or LabResult()


@pytest.fixture
def sampled(silo: Silo) -> Silo:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    return silo


def test_a_row_is_accepted_by_its_barcode_whatever_its_blanks_and_case(sampled: Silo) -> None:
    taken = took(sampled, " s 1 ;R1;MS;11,9;< 200")
    assert statuses(taken) == [("accepted", ()), ("accepted", ())]
    assert held(sampled) == [("R1", 11.9, ""), ("R1", 200.0, "<")]


def keep(silo: Silo, barcode: str) -> str:
    return retaining.keep(silo.desk, barcode, ANNE, silo.clock()).number


def test_a_row_is_accepted_by_the_number_of_what_is_kept(sampled: Silo) -> None:
    number = keep(sampled, "S1")
    assert statuses(took(sampled, f" {number.lower().replace('-', ' -')};R1;MS;11,9;")) == [("accepted", ())]
    assert held(sampled) == [("R1", 11.9, "")]
    (row,) = took(sampled, "S1;;MS;11,2;").rows  # the same laboratory, by the barcode and without a report
    assert row.moved is not None
    assert held(sampled) == [("", 11.2, "")]


def test_a_slip_in_the_number_of_what_is_kept_waits(sampled: Silo) -> None:
    number = keep(sampled, "S1")
    slip = number[:-1] + ("0" if number[-1] != "0" else "1")
    for other in (slip, number.split("-")[0]):
        assert statuses(took(sampled, f"{other};R1;MS;11,9;")) == [("waiting", ("unknown_sample",))]
    assert held(sampled) == []


def test_a_number_that_names_two_samples_waits(sampled: Silo) -> None:
    number = keep(sampled, "S1")
    policy = replace(sampled.desk.policy, barcode_pattern=".+")  # the label of a bag is scanned at the desk
    desk = replace(sampled.desk, policy=policy)
    samples.enter_own_sample(desk, number, "courtesy", "soft_wheat", "", ANNE, sampled.clock())
    assert statuses(took(sampled, f"{number};R1;MS;11,9;")) == [("waiting", ("unknown_sample",))]
    assert (held(sampled), held(sampled, number)) == ([], [])


def test_the_same_file_twice_changes_nothing(sampled: Silo) -> None:
    rows = ("S1;R1;MS;11,9;", "S7;R1;MS;12,0;", "S1;R1;MS;x;")
    first = took(sampled, *rows)
    before = count(sampled, AuditEvent)
    again = took(sampled, *rows)
    assert again.is_repeated
    assert again.counts == first.counts == {"accepted": 1, "waiting": 1, "known": 0, "rejected": 1}
    assert [(one.line, one.code) for one in again.rejected] == [(4, "no_number")]
    assert (count(sampled, AuditEvent), count(sampled, LabFile)) == (before, 1)


def test_a_longer_file_of_the_same_report_adds_only_what_is_new(sampled: Silo) -> None:
    took(sampled, "S1;R1;MS;11,9;")
    longer = took(sampled, "S1;R1;MS;11,9;", "S1;R2;MS;12,0;")
    assert statuses(longer) == [("known", ()), ("accepted", ())]
    assert statuses(took(sampled, "S1;R2;MS;12,0;")) == [("known", ())]
    assert held(sampled) == [("R1", 11.9, ""), ("R2", 12.0, "")]


def test_a_corrected_report_supersedes_and_says_what_it_moved(sampled: Silo) -> None:
    took(sampled, "S1;R1;MS;11,9;")
    (row,) = took(sampled, "S1;R1;MS;11,2;").rows
    assert row.moved == {
        "from": {"value": 11.9, "comparator": "", "basis": "dm"},
        "to": {"value": 11.2, "comparator": "", "basis": "dm"},
        "sample_changed": False,
    }
    assert held(sampled) == [("R1", 11.2, "")]
    with sampled.desk.ledger.read() as tx:
        told = tx.exec(select(Measurement).order_by(col(Measurement.seq))).all()
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "lab_result_recorded")).all()[-1]
    assert [(one.value, one.superseded_by is None) for one in told] == [(11.9, False), (11.2, True)]
    assert event.data["moved"] == row.moved


def test_a_corrected_report_may_name_another_sample_by_the_laboratorys_own_number(sampled: Silo) -> None:
    sampled.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    said = Said("S1", Analyte.MOISTURE, 13.1, "Labo Sud", basis=Basis.AS_IS, report="R1", lab_number="L-9")
    with sampled.desk.ledger.write() as tx:
        record(tx, judge(tx, said), "marc", sampled.clock())
        corrected = judge(tx, replace(said, sought="S2"))
        record(tx, corrected, "marc", sampled.clock())
    assert corrected.moved is not None
    assert corrected.moved["sample_changed"]
    assert (held(sampled), held(sampled, "S2")) == ([], [("R1", 13.1, "")])


def test_a_file_that_was_interrupted_is_taken_in_to_its_end_and_nothing_twice(
    sampled: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampled.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    rows = ("S1;R1;MS;11,9;", "S2;R1;MS;12,0;")
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    with monkeypatch.context() as failing:
        failing.setattr(importing, "record", fails_at_the_second(record))
        with pytest.raises(OSError, match="disk"):
            took(sampled, *rows)
    assert (held(sampled), count(sampled, LabFile)) == ([("R1", 11.9, "")], 0)
    assert statuses(took(sampled, *rows)) == [("known", ()), ("accepted", ())]
    assert (held(sampled, "S2"), count(sampled, LabResult)) == ([("R1", 12.0, "")], 2)


def fails_at_the_second(act: Any) -> Any:
    def acted(tx: Any, judged: Judged, *rest: Any) -> Any:
        if judged.said.sought == "S2":
            raise OSError("disk")
        return act(tx, judged, *rest)

    return acted


def test_what_is_open_waits_and_is_used_for_nothing(sampled: Silo) -> None:
    taken = took(sampled, "S7;R1;MS;11,9;", "S1;R1;;12,0;", "S1;R2;MS;1,2;", profile=WITHOUT_FACTOR)
    assert statuses(taken) == [
        ("waiting", ("unknown_sample", "nitrogen_factor")),
        ("waiting", ("basis", "nitrogen_factor")),
        ("waiting", ("nitrogen_factor", "unusual_value")),
    ]
    assert held(sampled) == []
    assert count(sampled, Measurement) == 0


def test_a_person_matches_by_hand_and_a_later_file_knows_it(sampled: Silo) -> None:
    took(sampled, "S 7x;R1;;1,2;", profile=WITHOUT_FACTOR)
    ledger, at = sampled.desk.ledger, sampled.clock()
    row = waiting.match(ledger, newest(sampled).id, Answer(number="s1", basis=Basis.AS_IS), "marc", at)
    assert (row.state, row.waits_for) == ("waiting", ["nitrogen_factor", "unusual_value"])
    answer = Answer(nitrogen_factor=5.7, despite_remarks=True)
    row = waiting.match(ledger, row.id, answer, "marc", sampled.clock())
    assert (row.state, row.waits_for, row.basis) == ("accepted", [], "as_is")
    assert held(sampled) == [("R1", 1.2, "")]
    assert statuses(took(sampled, "S 7x;R1;;1,2;", profile=PROFILE)) == [("known", ())]
    (corrected,) = took(sampled, "S 7x;R1;;11,2;").rows
    assert corrected.status == "accepted"  # the match and the basis hold on
    assert held(sampled) == [("R1", 11.2, "")]
    with ledger.read() as tx:
        assert waiting.waiting(tx, None, 9) == []


def test_a_wrong_match_is_matched_again_and_a_dismissed_result_is_used_no_more(sampled: Silo) -> None:
    sampled.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    took(sampled, "S1;R1;MS;11,9;")
    ledger = sampled.desk.ledger
    row = waiting.match(ledger, newest(sampled).id, Answer(number="S2"), "marc", sampled.clock())
    assert (held(sampled), held(sampled, "S2")) == ([], [("R1", 11.9, "")])
    waiting.dismiss(ledger, row.id, "another silo's", "marc", sampled.clock())
    assert held(sampled, "S2") == []
    assert statuses(took(sampled, "S1;R1;MS;11,9;", "S1;R3;;;")) == [("known", ())]
    with pytest.raises(NotFound):
        waiting.dismiss(ledger, row.id, "twice", "marc", sampled.clock())


def test_a_match_with_nothing_refuses(sampled: Silo) -> None:
    took(sampled, "S7;R1;MS;11,9;")
    for number in ("S9", ""):
        with pytest.raises(Refusal):
            waiting.match(sampled.desk.ledger, newest(sampled).id, Answer(number), "marc", sampled.clock())


def test_a_better_profile_takes_in_what_waited(sampled: Silo) -> None:
    took(sampled, "S1;R1;MS;11,9;", profile=WITHOUT_FACTOR)
    assert statuses(took(sampled, "S1;R1;MS;11,9;")) == [("accepted", ())]
    with sampled.desk.ledger.read() as tx:
        assert waiting.waiting(tx, None, 9) == []


def test_a_dry_run_says_the_same_and_writes_nothing(sampled: Silo) -> None:
    rows = ("S1;R1;MS;11,9;", "S7;R1;MS;12,0;")
    before = count(sampled, AuditEvent)
    dry = took(sampled, *rows, dry_run=True)
    assert (count(sampled, AuditEvent), count(sampled, LabResult), count(sampled, LabFile)) == (before, 0, 0)
    assert took(sampled, *rows).rows == dry.rows


def test_a_composites_result_never_counts_as_a_loads(sampled: Silo) -> None:
    samples.enter_own_sample(sampled.desk, "K7", "composite", "soft_wheat", "", ANNE, sampled.clock())
    took(sampled, "K7;R1;MS;11,9;")
    with sampled.desk.ledger.read() as tx:
        (row,) = tx.exec(select(Measurement)).all()
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "lab_result_recorded"))
    assert (row.load_id, event.load_id) == (None, None)


def test_a_customers_analysis_is_a_movements_out_by_its_paper(sampled: Silo) -> None:
    for paper in ("BL-7", "BL-8", "BL-8"):
        movements.move_out(sampled.desk, "c3", 1000, "Vente", paper, MARC, sampled.clock(), despite_kg=1000)
    taken = took(sampled, "bl-7;R1;MS;11,9;", "BL-8;R1;MS;11,9;", "S1;R1;MS;11,9;", party="customer")
    assert statuses(taken) == [
        ("accepted", ()), ("waiting", ("several_movements",)), ("waiting", ("unknown_paper",)),
    ]  # fmt: skip
    with sampled.desk.ledger.read() as tx:
        (row,) = tx.exec(select(Measurement)).all()
    assert (row.method, row.sample_id, row.movement_id is not None) == ("customer", None, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"), (b"PK\x03\x04zip", "no_text"), (b"\x00\x01", "no_text"),
        (b"a;b\n1;2\n", "no_titles"), (HEAD.encode(), "no_results"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_as_a_whole_and_not_kept(sampled: Silo, data: bytes, code: str) -> None:
    profile = profile_of(PROFILE, "labo.toml")
    taken = import_file(sampled.desk.ledger, data, profile, "marc", sampled.clock())
    assert [(one.line, one.code) for one in taken.rejected] == [(None, code)]
    assert count(sampled, LabFile) == 0


def test_a_wrong_profile_is_named_as_its_sender_does() -> None:
    with pytest.raises(SettingError, match=r"^labo\.toml: .*format"):
        profile_of("[file]\nformat = 'pdf'", "labo.toml")
