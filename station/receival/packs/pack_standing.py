"""Which rule packs are installed, and which one holds at a date and hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from station.grain.rules import RulePack, pack_at, packs_at, parse_rule_pack
from station.store.tables import RulePackAct, RulePackRecord

INSTALLED, WITHDRAWN = "installed", "withdrawn"


@dataclass(frozen=True, slots=True)
class PackStanding:
    """A pack with its newest act, and the one that installed it last: in the order of those packs hold."""

    record: RulePackRecord
    newest: RulePackAct
    installed: RulePackAct

    @property
    def is_installed(self) -> bool:
        return self.newest.act == INSTALLED


def standings(tx: Session, known_at: datetime | None = None) -> dict[str, PackStanding]:
    """Every pack by SHA-256, in the order of their last installation. Acts count in the order in which they
    were recorded: a clock that is set back takes no pack away. `known_at`: only by the acts up to then."""
    query = (
        select(RulePackRecord, RulePackAct)
        .join(RulePackAct, col(RulePackAct.sha256) == RulePackRecord.sha256)
        .order_by(col(RulePackAct.seq))
    )
    rows = tx.exec(query if known_at is None else query.where(RulePackAct.at <= known_at))
    return standings_of(rows)


def standings_of(rows: Iterable[tuple[RulePackRecord, RulePackAct]]) -> dict[str, PackStanding]:
    """Return every pack with its acts, which come in the order in which they were recorded."""
    found: dict[str, PackStanding] = {}
    for record, act in rows:
        before = found.get(record.sha256)
        installed = act if act.act == INSTALLED or before is None else before.installed
        found[record.sha256] = PackStanding(record, act, installed)
    return dict(sorted(found.items(), key=lambda item: item[1].installed.seq or 0))


def pack_in_force(
    tx: Session, at: datetime, known_at: datetime | None = None, species: str | None = None
) -> RulePack | None:
    """The installed pack that holds at that date and hour, for a species where one is named."""
    return pack_at(installed_packs(tx, known_at), at, species)


def packs_in_force(tx: Session, at: datetime) -> dict[str, RulePack]:
    """The installed packs that hold at that date and hour, by the species that they grade."""
    return packs_at(installed_packs(tx), at)


def installed_packs(tx: Session, known_at: datetime | None = None) -> list[RulePack]:
    """Those that nobody withdrew, in the order of their last installation."""
    return [parsed_pack(one.record.text) for one in standings(tx, known_at).values() if one.is_installed]


def pack_with(tx: Session, sha256: str | None) -> RulePack | None:
    """The recorded pack of that SHA-256, whether it still holds or not; None for none."""
    return parsed_pack(tx.get_one(RulePackRecord, sha256).text) if sha256 else None


@lru_cache(maxsize=64)
def parsed_pack(text: str) -> RulePack:
    """Packs are judged with many times a minute and never change."""
    return parse_rule_pack(text)
