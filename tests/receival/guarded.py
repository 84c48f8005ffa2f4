"""Loads that one operator alone may not decide on as they are, and a second person with a secret."""

from dataclasses import dataclass, field
from datetime import datetime

from station.acts.answers import answer_to
from station.acts.desk import Actor
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import decisions
from station.receival.persons import approvals, enrolments
from station.receival.persons.approvals import Wish
from station.store.tables import Approval, Decision, Load, Person
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, MARC, Silo

BEA = Actor("bea", "Bea", "bridge house", frozenset({"operator"}))


def add_people(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        for actor in (ANNE, BEA, MARC):
            tx.add(
                Person(
                    id=actor.id, name=actor.name, name_key=actor.id, roles=sorted(actor.roles), pin_hash="x"
                )
            )


def weighed(silo: Silo, *instruments: str, claims: tuple[str, ...] = (), plate: str = "AB-123-CD") -> Load:
    """A load of wheat, weighed full and measured by these instruments."""
    barcode = f"S{next(silo._serial):05d}"
    visit = silo.arrive(plate, NewLoad("soft_wheat", claims=claims, barcode=barcode))
    silo.confirm(43_120, visit, "first")
    for name in instruments:
        silo.measure(name, {"gac": GOOD, "nir": GOOD_NIR}[name], barcode)
    return silo.loads(visit)[0]


def mouldy(silo: Silo, plate: str = "AB-123-CD") -> Load:
    """A load over the limit of a mycotoxin."""
    load = weighed(silo, "gac", "nir", plate=plate)
    silo.measure("gac", {"don": 2_400.0}, silo.barcode(load))
    return load


@dataclass
class Phone:
    """Somebody's phone, far from the silo's network: it knows a secret and nothing else."""

    person: str
    secret: bytes

    def answer(self, challenge: str) -> str:
        return answer_to(challenge, self.secret)


@dataclass
class Far:
    """Anne at the terminal, Marc on the telephone."""

    silo: Silo
    phone: Phone = field(init=False)

    def __post_init__(self) -> None:
        add_people(self.silo)
        self.phone = self.enrol("marc")

    def enrol(self, person: str) -> Phone:
        _, secret = enrolments.enrol(self.silo.desk, person, self.silo.clock())
        return Phone(person, secret)

    def ask(
        self, load: Load, cell: str = "c1", pit: str = "p1", *, actor: Actor = ANNE, approver: str = "marc",
        standing: bool = False, at: datetime | None = None,
    ) -> Approval:  # fmt: skip
        proposal = self.silo.proposal(load)
        assert proposal is not None
        wish = Wish(load.id, proposal.id, cell, pit, "analyzer broken", approver, standing)
        return approvals.ask(self.silo.desk, wish, actor, at or self.silo.clock())

    def answer(self, row: Approval, figures: str | None = None, actor: Actor = ANNE) -> Approval:
        said = self.phone.answer(row.challenge) if figures is None else figures
        return approvals.answer(self.silo.desk, row.id, said, actor, self.silo.clock())

    def decide(
        self, load: Load, approval: str | None, cell: str = "c1", pit: str = "p1", actor: Actor = ANNE
    ) -> Decision:
        proposal = self.silo.proposal(load)
        assert proposal is not None
        return decisions.decide(
            self.silo.desk, load.id, proposal.id, cell, pit, "analyzer broken", actor, self.silo.clock(),
            approval=approval,
        )  # fmt: skip
