"""What a ticket prints of weights adds up, and is legal or says that it is not."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.reading import UNIT_OF, Analyte, Flag, Reading, Value
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.persons import people
from station.store.tables import Ticket, Visit, Weighing
from tests.silo_rig import ANNE, SITE, Silo
from ui.words.numbers import kilograms_in

PLATE = {"max_kg": 60_000, "min_kg": 1_000, "division_kg": 20}
LABELS = {
    "fr": ("BRUT", "TARE", r"NET DES \d APPORTS", "NET DE CET APPORT"),
    "en": ("GROSS", "TARE", r"NET OF THE \d LOADS", "NET OF THIS LOAD"),
}


def with_bridge(silo: Silo, **over: Any) -> None:
    bridge, *others = SITE.instruments
    silo.load_site(instruments=[bridge.model_copy(update=over), *others])


def printed(text: str, label: str) -> float | None:
    """The kilograms that stand behind this label, as a reader sees them."""
    found = re.search(rf"^{label} +(.*kg)$", text, re.MULTILINE)
    return kilograms_in(found[1]) if found else None


def put(silo: Silo, kg: float, visit: Visit, role: str, *, typed: bool) -> Sequence[Ticket]:
    if typed:
        weighing = weighings.type_weighing(silo.desk, kg, "", ANNE, silo.clock(), despite_remarks=True)
    else:
        weighing = silo.weigh(kg)
    return use(silo, weighing, visit, role)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    division=st.sampled_from([0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]),
    tare_kg=st.integers(6_000, 20_000),
    net_kg=st.integers(100, 30_000),
    shares=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    typed=st.tuples(st.booleans(), st.booleans()),
)
def test_printed_gross_less_printed_tare_is_the_printed_net(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, division: float, tare_kg: int, net_kg: int,
    shares: list[int], typed: tuple[bool, bool],
) -> None:  # fmt: skip
    silo = Silo.reopen(shutil.copytree(silo_folder, tmp_path_factory.mktemp("silo") / "data"))
    tare = tare_kg // division * division
    gross = tare + max(1, net_kg // division) * division
    loads = [NewLoad("soft_wheat", barcode=f"P{n}", share=s / sum(shares)) for n, s in enumerate(shares)]
    visit = silo.arrive("AB-123-CD", *loads)
    put(silo, gross, visit, "first", typed=typed[0])
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    tickets = put(silo, tare, visit, "last", typed=typed[1])
    silo.desk.ledger.close()
    assert round(sum(ticket.net_kg for ticket in tickets), 3) == round(gross - tare, 3)
    for language, (gross_label, tare_label, all_label, part_label) in LABELS.items():
        texts = [ticket_text(ticket.document, language) for ticket in tickets]
        for text in texts:
            whole = printed(text, "NET" if len(shares) == 1 else all_label)
            assert (printed(text, gross_label), printed(text, tare_label)) == (gross, tare)
            assert whole == round(gross - tare, 3)
        if len(shares) > 1:
            parts = [printed(text, part_label) or 0.0 for text in texts]
            assert round(sum(parts), 3) == round(gross - tare, 3)


def test_weights_of_a_head_that_counts_pounds_add_up_to_the_gram(silo: Silo) -> None:
    """43 118.4906 kg less 15 240.1236 kg: rounded apart, net would be a gram off."""
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_118.490600, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    (ticket,) = silo.confirm(15_240.123499, visit, "last").tickets
    text = ticket_text(ticket.document, "en")
    assert re.search(r"GROSS +43,118.491 kg", text)
    assert re.search(r"TARE +15,240.123 kg", text)
    assert re.search(r"NET +27,878.368 kg", text)


def sealed(silo: Silo, kg: float, number: str) -> Weighing:
    frame = silo.stored("bridge")
    reading = Reading(
        "dini-argeo", "weight", frame.frame, {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])},
        flags=frozenset({Flag.PRINT, Flag.STABLE}), extra={"sealed_number": number},
    )  # fmt: skip
    return weighings.take_weighing(silo.desk, reading, "print_key", kg, frame)


def receive(silo: Silo, gross: Weighing, tare: Callable[[], Weighing]) -> Ticket:
    visit = silo.arrive("AB-123-CD")
    use(silo, gross, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return use(silo, tare(), visit, "last")[0]


def use(silo: Silo, weighing: Weighing, visit: Visit, role: str) -> Sequence[Ticket]:
    done = weighings.confirm(
        silo.desk, weighing.id, visit.id, role, ANNE, silo.clock(), despite_remarks=True
    )  # fmt: skip
    return done.tickets


def flat(ticket: Ticket, language: str) -> str:
    """The ticket in one line, as a reader reads sentences that are wrapped."""
    text = ticket_text(ticket.document, language)
    assert max(map(len, text.splitlines())) <= WIDTH
    return re.sub(r"\s+", " ", text)


def test_without_a_sealed_number_the_ticket_says_that_the_indicators_slip_is_the_legal_one(
    silo: Silo,
) -> None:
    ticket = receive(silo, silo.weigh(43_120), lambda: silo.weigh(15_240))
    assert "BRUT, TARE sans n° DSD : le bordereau de l'indicateur fait foi." in flat(ticket, "fr")
    assert "GROSS, TARE without sealed No.: the indicator's slip is the legal one." in flat(ticket, "en")


def test_only_the_weight_that_is_not_sealed_is_named(silo: Silo) -> None:
    ticket = receive(silo, sealed(silo, 43_120, "00000-000158"), lambda: silo.weigh(15_240))
    french = flat(ticket, "fr")
    assert "TARE sans n° DSD : le bordereau de l'indicateur fait foi." in french
    assert "BRUT, TARE" not in french
    bridge = r"pont-bascule Bridge TB-1 n° DSD \(mémoire alibi\) 00000-000158 TARE"
    assert re.search(rf"pesé 20/07/2026 \d\d:\d\d .*{bridge}", french)


def test_two_sealed_weights_need_no_slip(silo: Silo) -> None:
    ticket = receive(silo, sealed(silo, 43_120, "158"), lambda: sealed(silo, 15_240, "159"))
    text = flat(ticket, "fr")
    assert "fait foi" not in text
    assert "n° DSD (mémoire alibi) 158" in text
    assert "n° DSD (mémoire alibi) 159" in text


def test_a_head_with_its_own_printer_adds_its_slip(silo: Silo) -> None:
    with_bridge(silo, own_printer=True)
    ticket = receive(silo, silo.weigh(43_120), lambda: silo.weigh(15_240))
    assert "fait foi" not in flat(ticket, "fr")
    assert "BRUT, TARE sans n° DSD : bordereau de l'indicateur joint à ce bon." in flat(ticket, "fr")
    assert "the indicator's slip goes with this ticket." in flat(ticket, "en")


def test_a_weight_under_min_and_a_net_under_min_are_marked(silo: Silo) -> None:
    with_bridge(silo, **PLATE)
    ticket = receive(silo, silo.weigh(1_700), lambda: silo.weigh(980))
    french = flat(ticket, "fr")
    mark = "! Sous la portée minimale du pont (Min 1 000 kg) : non valable pour une transaction"
    assert french.count(mark) == 2
    assert f"NET 720 kg {mark}" in french
    assert "! Under the bridge's Min (1,000 kg): not legal for trade" in flat(ticket, "en")
    assert "Sous la portée" not in flat(receive(silo, silo.weigh(43_120), lambda: silo.weigh(15_240)), "fr")


def test_a_typed_weight_is_marked_with_who_typed_it(silo: Silo) -> None:
    person = people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", silo.clock())
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    anne = replace(ANNE, id=person.id)
    typed = weighings.type_weighing(silo.desk, 15_240, "", anne, silo.clock())
    (ticket,) = weighings.confirm(silo.desk, typed.id, visit.id, "last", anne, silo.clock()).tickets
    assert "SAISIE MANUELLE (Anne)" in flat(ticket, "fr")
    assert "TYPED BY HAND (Anne)" in flat(ticket, "en")


def test_a_ticket_of_before_reads_as_it_did(silo: Silo) -> None:
    ticket = receive(silo, silo.weigh(43_120), lambda: silo.weigh(15_240))
    document = {k: v for k, v in ticket.document.items() if k not in ("weighed_together", "net_remarks")}
    for part in ("gross", "tare"):
        new = ("instrument", "serial_number", "proof")
        document[part] = {k: v for k, v in document[part].items() if k not in new}
    text = ticket_text(document, "fr")
    assert "DSD" not in text
    assert re.search(r"NET +27 880 kg", text)
