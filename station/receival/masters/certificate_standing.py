"""Which claims of a load have a certificate of its supplier that holds on its collecting day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from station.grain.claims import need_certificate, satisfied_by
from station.store.tables import Certificate


def holding(tx: Session, supplier_ids: Iterable[str]) -> Mapping[str, Sequence[Certificate]]:
    """Those of each supplier that nobody withdrew, whenever they are valid; one question for all."""
    found: dict[str, list[Certificate]] = {}
    wanted = set(supplier_ids)
    if wanted:
        query = select(Certificate).where(
            col(Certificate.supplier_id).in_(wanted), col(Certificate.withdrawn_at).is_(None)
        )
        for row in tx.exec(query):
            found.setdefault(row.supplier_id, []).append(row)
    return found


def is_valid(row: Certificate, day: date) -> bool:
    return row.withdrawn_at is None and row.valid_from <= day <= row.valid_until


def uncertified(claims: Iterable[str], certificates: Iterable[Certificate], day: date) -> frozenset[str]:
    """Return the claims whose certificate is awaited. A certificate stands for all that its claim meets."""
    certified = satisfied_by(row.claim for row in certificates if is_valid(row, day))
    return need_certificate(claims) - certified
