"""What a job worked out is asked for by its question, and renewed in its place."""

from datetime import UTC, datetime

from sqlmodel import select

from station.receival.persons import people
from station.store.stored import (
    Renewed,
    canonical,
    choices,
    digests,
    forget,
    packed,
    renew,
    result_of,
)
from station.store.tables import Supplier
from tests.silo_rig import Silo

AT = datetime(2026, 7, 30, 5, 0, tzinfo=UTC)
THREE = {"analyte": "protein", "species": "soft_wheat", "period": "campaign"}
PAIR = {**THREE, "test": "machine", "reference": "lab", "source": "TB-1"}


def kept(silo: Silo, page: str, asked: dict[str, str], result: dict[str, object], n: int = 3) -> None:
    with silo.desk.ledger.write() as tx:
        renew(tx, [Renewed(page, canonical(page, asked), n, "digest", packed(result))], 17, AT)


def test_a_result_is_found_by_its_question_in_any_order_and_renewed_in_place(silo: Silo) -> None:
    kept(silo, "pair", PAIR, {"n": 3})
    kept(silo, "pair", dict(reversed(PAIR.items())), {"n": 4}, n=4)
    with silo.desk.ledger.read() as tx:
        row = result_of(tx, "pair", {**PAIR, "source_name": "not part of the question"})
        assert row is not None
        assert (row.result, row.up_to, row.n, row.at) == ({"n": 4}, 17, 4, AT)
        assert result_of(tx, "pair", {**PAIR, "species": "barley"}) is None
        assert result_of(tx, "nothing", {}) is None
        assert digests(tx) == {("pair", row.asked): "digest"}


def test_choices_have_readable_names(silo: Silo) -> None:
    kept(silo, "pair", PAIR, {"n": 3})
    with silo.desk.ledger.read() as tx:
        (choice,) = choices(tx, "pair")
        assert choice == {**PAIR, "source_name": "Bridge", "n": 3, "at": AT.isoformat()}
        assert result_of(tx, "pair", choice) is not None


def test_persons_and_suppliers_have_the_names_of_today(silo: Silo) -> None:
    person = people.add_person(silo.desk, "Anne", "2468", ["operator"], "fr", AT)
    with silo.desk.ledger.read() as tx:
        supplier = tx.exec(select(Supplier)).first()
        assert supplier is not None
    rows = {"operator": [{"key": person.id}, {"key": "gone"}], "supplier": [{"key": supplier.id}]}
    kept(silo, "fairness", THREE, {"by": rows})
    with silo.desk.ledger.read() as tx:
        row = result_of(tx, "fairness", THREE)
        assert row is not None
        assert [one["name"] for one in row.result["by"]["operator"]] == ["Anne", ""]
        assert row.result["by"]["supplier"][0]["name"] == supplier.name


def test_what_nobody_asks_any_more_is_forgotten(silo: Silo) -> None:
    kept(silo, "pair", PAIR, {"n": 3})
    with silo.desk.ledger.write() as tx:
        forget(tx, digests(tx))
    with silo.desk.ledger.read() as tx:
        assert choices(tx, "pair") == []
