"""What is refused changes no row of the ledger, and says why with its figures; a late value only proposes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from drivers.reading import Analyte
from station.acts.desk import Actor
from station.acts.refusals import Fault, Refusal
from station.grain.reasons import Reason
from station.lab.results import NewResult, record_result
from station.receival.between_silos import shipments
from station.receival.between_silos.shipments import Journey
from station.receival.papers import late_values
from station.receival.papers.revisions import apply_revisions
from station.receival.storage import cell_acts, movements
from station.receival.storage.cell_acts import Drying, Said
from station.store.tables import Revision, Ticket
from tests.silo_rig import ANNE, MARC, Silo
from ui.words.problems import problem

Act = Callable[[Silo, Actor], object]


def rows(silo: Silo, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but of those named."""
    with silo.desk.ledger.read() as tx:
        return {
            name: sorted(tuple(map(repr, row)) for row in tx.connection().execute(table.select()))
            for name, table in SQLModel.metadata.tables.items()
            if name not in but
        }


def leave(silo: Silo, by: Actor) -> object:
    return movements.move_out(silo.desk, "c1", 800_100, "sale", "BL-1", by, silo.clock())


def transfer(silo: Silo, by: Actor) -> object:
    return movements.transfer(silo.desk, "c1", "c5", 800_100, "room", "", by, silo.clock())


def dry(silo: Silo, by: Actor) -> object:
    said = Said("harvest", "")
    return cell_acts.dry_grain(silo.desk, "c1", Drying(800_100, 16.0, 14.0), said, by, silo.clock())


def clean(silo: Silo, by: Actor) -> object:
    return cell_acts.clean_grain(silo.desk, "c1", 800_100, {}, Said("dusty", ""), by, silo.clock())


def ship(silo: Silo, by: Actor) -> object:
    return shipments.ship(silo.desk, "c1", 800_100, Journey("sud", "AB-123-CD"), by, silo.clock())


@pytest.mark.parametrize("by", [ANNE, MARC], ids=["operator", "manager"])
@pytest.mark.parametrize("act", [leave, transfer, dry, clean, ship])
def test_a_cell_is_emptied_below_nothing_by_nobody_unasked(silo: Silo, act: Act, by: Actor) -> None:
    before = rows(silo)
    with pytest.raises(Refusal) as refused:
        act(silo, by)
    assert rows(silo) == before
    assert refused.value.code is Fault.MORE_THAN_KNOWN
    for language, kilograms in (("fr", "800\u202f100 kg"), ("en", "800,100 kg")):
        title, what = problem(refused.value.code, refused.value.params, language)
        assert _plain(kilograms) in _plain(title), title
        assert what


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def test_a_late_value_of_the_last_campaign_changes_nothing_until_it_is_applied(silo: Silo) -> None:
    """Then it has a ticket in the numbers of its own campaign, and this campaign's go on without a gap."""
    load = silo.loads(silo.receive("AB-123-CD").visit)[0]
    silo.receive("EF-456-GH")
    policy = replace(silo.desk.policy, campaign="2027", open_campaigns=("2027",))
    silo.desk = replace(silo.desk, policy=policy)
    silo.clock.pass_(days=330)
    silo.receive("IJ-789-KL")
    at = silo.clock()
    new = NewResult(silo.barcode(load), Analyte.MOISTURE, 14.8, None, "Labo Ouest", at)
    assert not isinstance(record_result(silo.desk.ledger, new, ANNE.id, at, despite_remarks=True), Reason)
    before = rows(silo, *OWN)
    late_values.take_all(silo.desk, silo.clock())
    assert rows(silo, *OWN) == before
    with silo.desk.ledger.read() as tx:
        (row,) = tx.exec(select(Revision)).all()
    assert (row.campaign, row.state, row.load_id) == ("2026", "proposed", load.id)
    apply_revisions(silo.desk, [row.id], "late", MARC, silo.clock())
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        tickets = tx.exec(select(Ticket).order_by(col(Ticket.seq))).all()
    assert [(one.campaign, one.number) for one in tickets] == [
        ("2026", 1), ("2026", 2), ("2027", 1), ("2026", 3), ("2027", 2),
    ]  # fmt: skip
    assert (tickets[3].corrects_id, tickets[3].document["values"]["moisture"]["value"]) == (
        tickets[0].id, 14.8
    )  # fmt: skip


OWN = ("revision", "audit_event", "counter", "change")  # where a proposal of a revision stands
