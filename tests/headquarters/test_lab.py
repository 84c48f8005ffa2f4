"""A laboratory's file at headquarters: each row goes to the one silo whose sample it is, and counts once."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from station.headquarters import lab
from station.lab.sent_results import read_result
from tests.headquarters.lab_rig import KEY, START, begin, put, rows, sent, statuses, took
from tests.post.post_rig import HUB

MINUTE, LATER = START + timedelta(minutes=1), START + timedelta(hours=2)


def states(hub: Connection) -> list[str]:
    return [row["state"] for row in rows(hub)]


def values(hub: Connection, station: str) -> list[float]:
    told = [json.loads(body)["results"] for _, body in sent(hub, station)]
    return [read_result(one).value for some in told for one in some]


def document_is(hub: Connection, station: str, state: str, code: str = "") -> None:
    head, _ = sent(hub, station)[-1]
    put(
        hub, "down_document", station, number=head.number, kind=head.kind, name=head.name,
        sha256=head.sha256, state=state, code=code,
    )  # fmt: skip


def test_each_row_goes_to_the_silo_that_has_its_sample(hub: Connection) -> None:
    begin(hub, {"a": ("S1",), "b": ("S2",), "c": ()})
    taken = took(hub, " s1 ;R1;11,5", "S2;R1;12,5")
    assert statuses(taken) == [("sent", "a", ""), ("sent", "b", "")]
    assert taken.counts == {"sent": 2, "waiting": 0, "known": 0, "rejected": 0}
    assert (values(hub, "a"), values(hub, "b"), values(hub, "c")) == ([11.5], [12.5], [])
    said = json.loads(sent(hub, "a")[0][1])["results"][0]
    assert (said["sought"], said["hub_id"]) == ("S1", rows(hub)[0]["id"])


def test_a_kept_parts_number_names_its_sample_and_two_meanings_name_none(hub: Connection) -> None:
    begin(hub, {"a": ("S1", "S2"), "b": ()})
    put(hub, "retained_sample", "a", id="k1", number="E00042-2", sample_id="a-S1", parts=1)
    put(hub, "retained_sample", "a", id="k2", number="S2", sample_id="a-S1", parts=1)
    assert statuses(took(hub, "e00042-2;R1;11,5", "S2;R1;12")) == [
        ("sent", "a", ""), ("waiting", "", "unknown_sample"),
    ]  # fmt: skip
    assert rows(hub)[0]["sample_id"] == "a-S1"


def test_a_dry_run_leaves_nothing(hub: Connection) -> None:
    begin(hub, {"a": ("S1",)})
    assert statuses(took(hub, "S1;R1;11,5", dry_run=True)) == [("sent", "a", "")]
    assert (rows(hub), sent(hub, "a")) == ([], [])


def test_the_same_file_and_the_same_words_in_another_change_nothing(hub: Connection) -> None:
    begin(hub, {"a": ("S1",)})
    took(hub, "S1;R1;11,5")
    again = took(hub, "S1;R1;11,5")
    assert again.is_repeated
    assert again.counts["sent"] == 1
    assert statuses(took(hub, "S1;R1;11,5", "S9;R1;12")) == [
        ("known", "a", ""), ("waiting", "", "unknown_sample"),
    ]  # fmt: skip
    assert len(sent(hub, "a")) == 1


def test_a_corrected_report_replaces_and_the_earlier_stays(hub: Connection) -> None:
    begin(hub, {"a": ("S1",)})
    took(hub, "S1;R1;11,5")
    taken = took(hub, "S1;R1;11,9", at=MINUTE)
    assert taken.rows[0].was == 11.5
    first, second = rows(hub)
    assert (first["current"], second["current"], second["supersedes"]) == (False, True, first["id"])
    assert values(hub, "a") == [11.5, 11.9]


def test_a_number_of_two_silos_or_of_none_waits_with_its_reason(hub: Connection) -> None:
    begin(hub, {"a": ("S1",), "b": ("S1",)})
    taken = took(hub, "S1;R1;11,5", "S7;R1;12")
    assert statuses(taken) == [("waiting", "", "several_silos"), ("waiting", "", "unknown_sample")]
    assert taken.rows[0].stations == ("a", "b")
    assert (sent(hub, "a"), sent(hub, "b")) == ([], [])


def test_a_sample_on_its_way_is_waited_for_and_listed_after_an_hour(hub: Connection) -> None:
    begin(hub, {"a": ()})
    took(hub, "S1;R1;11,5")
    assert lab.waiting(hub, HUB, MINUTE) == []
    assert len(lab.waiting(hub, HUB, MINUTE, all_of_them=True)) == 1
    assert [one.sought for one in lab.waiting(hub, HUB, LATER)] == ["S1"]
    assert lab.step(hub, HUB, KEY, MINUTE) == 0
    put(hub, "sample", "a", id="a-S1", barcode="S1")
    assert lab.step(hub, HUB, KEY, MINUTE) == 1
    assert (values(hub, "a"), lab.waiting(hub, HUB, LATER)) == ([11.5], [])


def test_a_person_says_which_silos_sample_it_is(hub: Connection) -> None:
    begin(hub, {"a": ("S1",), "b": ("S1", "S2")})
    took(hub, "S1;R1;11,5")
    (one,) = lab.waiting(hub, HUB, START)
    with pytest.raises(lab.SampleUnknown):
        lab.match(hub, HUB, KEY, one.id, "a", "S2", "Marie", MINUTE)
    lab.match(hub, HUB, KEY, one.id, "b", "s2", "Marie", MINUTE)
    with pytest.raises(lab.ResultUnknown):
        lab.match(hub, HUB, KEY, one.id, "a", "S1", "Marie", MINUTE)
    assert (states(hub), values(hub, "b"), values(hub, "a")) == (["sent"], [11.5], [])
    assert statuses(took(hub, "S1;R1;11,9", at=LATER)) == [("waiting", "", "several_silos")]


def test_what_a_person_matched_holds_for_the_corrected_report(hub: Connection) -> None:
    begin(hub, {"a": ("S1",)})
    took(hub, "X-1;R1;11,5")
    lab.match(hub, HUB, KEY, rows(hub)[0]["id"], "a", "S1", "Marie", MINUTE)
    assert statuses(took(hub, "X-1;R1;11,9", at=LATER)) == [("sent", "a", "")]
    said = json.loads(sent(hub, "a")[-1][1])["results"][0]
    assert (said["sought"], said["value"]) == ("S1", 11.9)


def test_a_result_counts_here_until_its_station_has_it(hub: Connection) -> None:
    begin(hub, {"a": ("S1",), "b": ("S2",)})
    took(hub, "S1;R1;11,5", "S2;R1;12")
    assert [one.station for one in lab.unjudged(hub, HUB)] == ["a", "b"]
    assert [one.station for one in lab.unjudged(hub, HUB, ["b"])] == ["b"]
    put(hub, "lab_result", "a", id="theirs", hub_id=rows(hub)[0]["id"], sample_id="a-S1")
    assert [one.station for one in lab.unjudged(hub, HUB)] == ["b"]
    document_is(hub, "b", "active")  # it knew the value already: there is no row of its own
    assert lab.unjudged(hub, HUB) == []
    assert lab.step(hub, HUB, KEY, MINUTE) == 2
    assert states(hub) == ["judged", "judged"]


def test_what_a_station_refused_waits_for_a_person(hub: Connection) -> None:
    begin(hub, {"a": ("S1",)})
    took(hub, "S1;R1;11,5")
    document_is(hub, "a", "refused", "document_wrong")
    lab.step(hub, HUB, KEY, MINUTE)
    assert [(one.state, one.why) for one in lab.waiting(hub, HUB, MINUTE)] == [("refused", "document_wrong")]
    assert lab.unjudged(hub, HUB) == []


def test_a_corrected_number_that_leads_to_another_silo_waits_for_a_person(hub: Connection) -> None:
    begin(hub, {"a": ("S1",), "b": ()})
    took(hub, "S1;;11,5")
    table = HUB.tables["sample"]
    hub.execute(update(table).where(table.c.id == "a-S1").values(barcode="gone"))
    put(hub, "sample", "b", id="b-S1", barcode="S1")
    assert statuses(took(hub, "S1;;11,9", at=MINUTE)) == [("waiting", "", "other_silo")]


def test_each_document_has_a_name_of_its_own_so_that_none_is_passed_over(hub: Connection) -> None:
    begin(hub, {"a": ("S1", "S2")})
    took(hub, "S1;R1;11,5")
    took(hub, "S2;R2;12", at=MINUTE)
    assert len({head.name for head, _ in sent(hub, "a")}) == 2
