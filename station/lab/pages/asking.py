"""What is asked of the process that works results out, and what it gives back; nothing here computes."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, func, select

from station.grain.grades import RulePack, joined
from station.grain.rules import parse_rule_pack
from station.store.stored import Key, Renewed
from station.store.tables import Measurement

Read = Callable[[], AbstractContextManager[Session]]
CAMPAIGN, LAST_30_DAYS = "campaign", "last_30_days"
RECENT = timedelta(days=30)
AT_ONCE = 50  # results in one transaction: an act that meets one waits for the disk once more


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the site says of its pages: today, its campaign, what may differ, and the texts of
    its rule packs in the order of their installation."""

    now: datetime
    campaign: str
    tolerance: Mapping[str, float]
    permitted: Mapping[str, float]
    citation: str = ""
    control_every_days: int = 7
    packs: tuple[str, ...] = ()

    @property
    def pack(self) -> RulePack | None:
        """What holds of them today, of all species together."""
        return joined([parse_rule_pack(text) for text in self.packs], self.now)

    @property
    def since(self) -> dict[str, datetime]:
        """When the last 30 days begin: at midnight, so that a page changes once a day by itself."""
        day = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return {LAST_30_DAYS: day - RECENT}


@dataclass(frozen=True, slots=True)
class Made:
    """One result, or None for one that is the same still; `key` names its question."""

    key: Key
    renewed: Renewed | None


def write_new(made: Iterable[Made], write: Callable[[Sequence[Renewed]], None]) -> tuple[set[Key], int]:
    """Hand on the results that are new, a few at a time; return what was asked, and how many are new."""
    asked: set[Key] = set()
    waiting: list[Renewed] = []
    count = 0
    for one in made:
        asked.add(one.key)
        if one.renewed is not None:
            waiting.append(one.renewed)
            count += 1
        if len(waiting) >= AT_ONCE:
            write(waiting)
            waiting = []
    if waiting:
        write(waiting)
    return asked, count


def wanted_as_json(wanted: Wanted) -> bytes:
    return json.dumps({**asdict(wanted), "now": wanted.now.isoformat()}).encode()


def wanted_from(told: Mapping[str, Any]) -> Wanted:
    return Wanted(**{**told, "now": datetime.fromisoformat(told["now"]), "packs": tuple(told["packs"])})


def newest(read: Read) -> int:
    """Return the number of the newest measurement."""
    with read() as tx:
        return tx.exec(select(func.max(Measurement.seq))).one() or 0
