"""Papers are asked for, handed out and dropped over HTTP, by whoever receives grain."""

import base64
from dataclasses import replace

import pytest

from station.acts.printers import Printer
from tests.api.rig import Counter, ok, problem

PONT = Printer("pont", "escpos", "tcp:127.0.0.1:9", automatic=frozenset({"ticket"}))


@pytest.fixture
def printing(counter: Counter) -> Counter:
    counter.silo.desk = replace(counter.silo.desk, printers=(PONT,))
    counter.app.state.context = replace(counter.context(), desk=counter.silo.desk)
    counter.silo.receive("AB-123-CD")
    return counter


def test_a_ticket_waits_for_its_printer_and_is_asked_for_again(printing: Counter) -> None:
    with printing.client() as anne:
        assert [one["id"] for one in ok(anne.get("/printers"))] == ["pont"]
        (waiting,) = ok(anne.get("/print-jobs"))
        assert (waiting["number"], waiting["campaign"], waiting["state"]) == ("1", "2026", "waiting")
        asked = ok(anne.post("/tickets/1/print", json={}), 201)
        assert (asked["printer"], asked["is_duplicate"], asked["asked_by"]) == ("pont", False, "Anne")
        assert [one["id"] for one in ok(anne.get("/print-jobs"))] == [asked["id"]]
        assert ok(anne.post(f"/print-jobs/{asked['id']}/drop"))["state"] == "dropped"
        assert ok(anne.get("/print-jobs")) == []
        problem(anne.post(f"/print-jobs/{asked['id']}/drop"), 409, "not_to_be_printed")
        problem(anne.post("/print-jobs/none/drop"), 404, "unknown_print_job")
        problem(anne.post("/tickets/9/print", json={}), 404, "unknown_ticket")
        wrong = problem(anne.post("/tickets/1/print", json={"printer": "bureau"}), 422, "unknown_printer")
        assert wrong["action"] == "Name one of: pont."
        problem(anne.post("/shipments/left/beauvoir-1/print", json={}), 422, "no_printer")


def test_a_file_counts_as_a_print(printing: Counter) -> None:
    with printing.client() as anne:
        found = [ok(anne.post("/tickets/1/file", json={"paper": paper}), 201) for paper in ("A5", "A4")]
    assert [one["job"]["is_duplicate"] for one in found] == [False, True]
    assert [one["job"]["printer"] for one in found] == ["", ""]
    assert all(base64.b64decode(one["pdf"]).startswith(b"%PDF") for one in found)


def test_only_who_receives_grain_has_papers_printed(printing: Counter) -> None:
    for who, status in (("ines", 403), ("gate", 401), ("phone", 403)):
        with printing.client(who) as client:
            assert client.post("/tickets/1/print", json={}).status_code == status
