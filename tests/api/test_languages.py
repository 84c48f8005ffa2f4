"""Problems, reasons and tickets in French and English; every code has its words."""

import re
from dataclasses import replace
from datetime import date

import pytest

from station.acts.refusals import Fault
from station.api.language import problem_texts, reason
from station.api.problems import ApiFault
from station.grain.reasons import Code
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.masters import certificates
from station.receival.masters.certificates import Stated
from station.receival.measuring import readings
from station.receival.persons import people
from station.store.errors import LedgerFault
from tests.api.rig import Counter, arrival, ok, problem
from tests.silo_rig import ANNE, MARC, Silo


@pytest.mark.parametrize("code", [*Fault, *ApiFault, *LedgerFault])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_problem_says_what_it_is_and_what_to_do(code: str, language: str) -> None:
    title, action = problem_texts(code, {}, language)
    assert title
    assert action
    assert str(code) not in (title, action)


@pytest.mark.parametrize("code", [*Fault, *ApiFault, *LedgerFault])
def test_no_problem_is_left_in_english(code: str) -> None:
    assert problem_texts(code, {}, "fr") != problem_texts(code, {}, "en")


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_is_a_sentence_in_both_languages(code: Code) -> None:
    said = {language: reason(code, {}, language).message for language in ("fr", "en")}
    assert said["fr"] != said["en"] or code is Code.MEETS  # only a value and its limit
    assert not said["en"].startswith(code.value)


def test_the_reader_chooses_the_language_and_the_site_speaks_its_own(still: Counter) -> None:
    said = {}
    for language in ("fr", "en", "fr-CA,fr;q=0.9,en;q=0.8", "de", ""):
        with still.client(language=language) as anne:
            said[language] = problem(anne.get("/tickets/7"), 404, "unknown_ticket")["title"]
    assert said["fr"] == said["fr-CA,fr;q=0.9,en;q=0.8"] == said["de"] == said[""]
    assert said["en"] == "No ticket has this number"
    assert said["fr"] != said["en"]


def test_the_reasons_of_a_load_are_in_the_readers_language(counter: Counter) -> None:
    with counter.client(language="fr") as french, counter.client() as english:
        visit = ok(french.post("/visits", json=arrival("AB-123-CD", "S1")), 201)
        load_id = visit["loads"][0]["id"]
        both = [ok(client.get(f"/loads/{load_id}"))["proposal"]["reasons"] for client in (french, english)]
        assert [reason["code"] for reason in both[0]] == [reason["code"] for reason in both[1]]
        assert both[1][0]["message"] == "Not weighed yet"
        assert both[0][0]["message"] != both[1][0]["message"]


def test_the_ticket_fits_its_paper_and_says_what_the_law_asks(silo: Silo) -> None:
    person = people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", silo.clock())
    anne = replace(ANNE, id=person.id)
    load = NewLoad(
        "soft_wheat", "Chevignon", ("organic",), "S1",
        owners=(("GAEC des Trois Chênes de la Vallée de la Somme", 0.665), ("Leroy", 0.335)),
    )  # fmt: skip
    supplier = "Coopérative agricole de la Haute-Vallée de l'Oise"
    visit = silo.arrive("AB-123-CD", load, supplier=supplier)
    organic = Stated("organic", "FR-BIO-01/9", "", date(2026, 1, 1), date(2026, 12, 31))
    certificates.add_certificate(silo.desk, supplier, organic, MARC, silo.clock())
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    readings.type_reading(silo.desk, "S1", {"protein": (11.25, "dm")}, "NIR silent", anne, silo.clock())
    silo.decide(silo.loads(visit)[0])
    typed = weighings.type_weighing(silo.desk, 15_240.0, "indicator down", anne, silo.clock())
    done = weighings.confirm(silo.desk, typed.id, visit.id, "last", anne, silo.clock())
    document = done.tickets[0].document
    french, english = ticket_text(document, "fr"), ticket_text(document, "en")
    assert "PROVISOIRE" not in french
    assert "QUALITÉ PROVISOIRE" in ticket_text(document, "fr", provisional=True)
    for text in (french, english):
        assert max(len(line) for line in text.splitlines()) <= WIDTH
        for fact in ("Silo de Beauvoir", "2026", "AB-123-CD", "Chevignon", "S1", "Leroy", "Anne", "C3"):
            assert fact in text, fact
    assert re.search(r"BRUT +43 120 kg", french)
    assert re.search(r"NET +27 880 kg", french)
    assert "11,25 %" in french
    assert "66,50 %" in french
    assert re.search(r"GROSS +43,120 kg", english)
    assert "11.25 %" in english
    assert english.count("TYPED BY HAND (Anne)") == 2
    assert "stable weight, by rule" in english
    assert "blé tendre" in french


def test_a_ticket_over_http_is_in_the_readers_language(counter: Counter) -> None:
    counter.silo.receive("AB-123-CD")
    with counter.client(language="fr") as french, counter.client() as english:
        assert "BON D'APPORT" in ok(french.get("/tickets/1"))["text"]
        assert "DELIVERY TICKET No. 1" in ok(english.get("/tickets/1"))["text"]
