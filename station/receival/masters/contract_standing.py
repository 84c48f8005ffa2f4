"""What a contract (contrat d'apport) still has open: its tonnes, less the tickets of its loads."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.loadweight import owners_kg
from station.receival.masters.supplier_matches import leads_to
from station.store import days
from station.store.tables import Contract, Load, LoadOwner, Supplier, Ticket, Visit

MOST = 200  # contracts of one supplier that are looked at


def contract_numbered(tx: Session, number: str, campaign: str) -> Contract | None:
    """Return the row that holds of this contract, else the newest that held."""
    query = select(Contract).where(Contract.number_key == fold(number), Contract.campaign == campaign)
    rows = tx.exec(query).all()
    return max(rows, key=lambda row: (row.ended_at is None, row.seq or 0), default=None)


def contracts_for(tx: Session, supplier: Supplier, campaign: str, species: str = "") -> Sequence[Contract]:
    """Return a supplier's contracts that hold for a campaign, of one species or of all, by number."""
    query = select(Contract).where(
        Contract.supplier_id == supplier.id, col(Contract.ended_at).is_(None), Contract.campaign == campaign
    )
    query = query.where(Contract.species == species) if species else query
    return tx.exec(query.order_by(col(Contract.number)).limit(MOST)).all()


class Declared(Protocol):
    """A load, or what is said of one before it comes."""

    @property
    def species(self) -> str: ...

    @property
    def claims(self) -> Collection[str]: ...


def check_contract(
    tx: Session, number: str, campaign: str, suppliers: Iterable[Supplier], load: Declared
) -> Contract | None:
    """Return the contract that a load is to count on, None where it names none. `suppliers` bring or own it.

    Raises NotFound(contract_unknown), Conflict(contract_differs)."""
    if not number:
        return None
    contract = contract_numbered(tx, number, campaign)
    if contract is None or contract.ended_at is not None:
        raise NotFound(Fault.CONTRACT_UNKNOWN, number=number, campaign=campaign)
    theirs = leads_to(tx, tx.get_one(Supplier, contract.supplier_id)).id
    fits = theirs in {leads_to(tx, one).id for one in suppliers}
    if not fits or contract.species != load.species or not set(contract.claims) <= set(load.claims):
        raise Conflict(
            Fault.CONTRACT_DIFFERS, number=contract.number, species=contract.species, claims=contract.claims
        )
    return contract


def suppliers_of(tx: Session, load: Load) -> Sequence[Supplier]:
    """Return who brings a load and who owns it."""
    owners = select(LoadOwner.supplier_id).where(LoadOwner.load_id == load.id)
    brings = select(Visit.supplier_id).where(Visit.id == load.visit_id)
    return tx.exec(select(Supplier).where(col(Supplier.id).in_(owners) | col(Supplier.id).in_(brings))).all()


def delivered_kg(tx: Session, contracts: Iterable[Contract]) -> dict[str, float]:
    """Return, by the contract's row, what its loads' tickets brought of its supplier's grain: of a load with
    several owners that one's share. A corrected ticket counts once."""
    wanted = {(row.number, row.campaign): row for row in contracts}
    query = (
        select(Load.contract, Load.campaign, Load.id, Ticket.net_kg)
        .join(Ticket, col(Ticket.load_id) == Load.id)
        .where(col(Load.contract).in_({number for number, _ in wanted}))
        .order_by(col(Ticket.seq))
    )
    newest: dict[str, tuple[Contract, float]] = {}
    for number, campaign, load_id, net_kg in tx.exec(query):
        if (number, campaign) in wanted:
            newest[load_id] = wanted[number, campaign], net_kg
    found = dict.fromkeys((row.id for row in wanted.values()), 0.0)
    shares = days.owners_by_load(tx, list(newest))
    last_of = _last_known(tx)
    for load_id, (contract, net_kg) in newest.items():
        found[contract.id] += _theirs_kg(contract, net_kg, shares.get(load_id, {}), last_of)
    return found


def _theirs_kg(
    contract: Contract, net_kg: float, shares: Mapping[str, float], last_of: Callable[[str], str]
) -> float:
    """Return what of a net is the contract's supplier's; all of it where nobody else owns it."""
    if len(shares) < 2:
        return net_kg
    theirs = last_of(contract.supplier_id)
    own = [kg for owner, kg in owners_kg(net_kg, shares).items() if last_of(owner) == theirs]
    return sum(own) if own else net_kg


def _last_known(tx: Session) -> Callable[[str], str]:
    """Return what names the supplier that one was matched to; each is asked for once."""
    return cache(lambda supplier_id: leads_to(tx, tx.get_one(Supplier, supplier_id)).id)


def remaining_t(contract: Contract, kg: float) -> float | None:
    """Return what is left of its tonnes after so many kilograms, less than nothing where too much came."""
    return None if contract.tonnes is None else round(contract.tonnes - kg / 1000, 3)


def document_of(tx: Session, load: Load, net_kg: float) -> Mapping[str, Any]:
    """Return what the paper of a load's net says of its contract; nothing without one."""
    contract = contract_numbered(tx, load.contract, load.campaign) if load.contract else None
    if contract is None:
        return {}
    shares = days.owners_by_load(tx, [load.id]).get(load.id, {})
    kg = delivered_kg(tx, [contract])[contract.id] + _theirs_kg(contract, net_kg, shares, _last_known(tx))
    said = {"number": contract.number, "tonnes": contract.tonnes, "delivered_kg": round(kg, 3)}
    return {"contract": {**said, "remaining_t": remaining_t(contract, kg)}}
