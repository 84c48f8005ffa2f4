"""One table says which pages there are, in the order of the menu, and who may see each.

A path belongs to the entry that it begins with: `/loads/…` is seen by whom `/loads` is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from station.api.access import Role
from ui.words.i18n import N_

_RECEIVING = frozenset({Role.OPERATOR, Role.MANAGER})
_MANAGER = frozenset({Role.MANAGER})
_TECHNICAL = frozenset({Role.MANAGER, Role.INSTALLER})


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    title: str
    roles: frozenset[Role]


GROUPS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry("/day", N_("Day"), _RECEIVING),
        Entry("/loads", N_("Loads"), _RECEIVING),
        Entry("/cells", N_("Cells"), _RECEIVING),
        Entry("/exceptions", N_("Exceptions"), _RECEIVING),
        Entry("/disputes", N_("Disputes"), _RECEIVING),
    ),
    (
        Entry("/pair", N_("Two methods"), _MANAGER),
        Entry("/three-ways", N_("Three methods"), _MANAGER),
        Entry("/who-was-right", N_("Who was right"), _MANAGER),
        Entry("/groups", N_("Groups"), _MANAGER),
        Entry("/watch", N_("Watch"), _MANAGER),
        Entry("/fairness", N_("Fairness"), _MANAGER),
    ),
    (
        Entry("/devices", N_("Devices"), _TECHNICAL),
        Entry("/models", N_("Models"), _TECHNICAL),
        Entry("/corrections", N_("Corrections"), _MANAGER),
        Entry("/people", N_("People"), _TECHNICAL),
    ),
)
ENTRIES = tuple(entry for group in GROUPS for entry in group)


def entry_of(path: str) -> Entry | None:
    """The entry that a path belongs to."""
    return next((one for one in ENTRIES if path == one.path or path.startswith(f"{one.path}/")), None)


def may_see(roles: Iterable[str], entry: Entry) -> bool:
    return not entry.roles.isdisjoint(roles)


def menu(roles: Iterable[str], served: Iterable[str]) -> list[list[Entry]]:
    """The groups of what these roles may see and this station serves."""
    held, paths = set(roles), set(served)
    groups = [[one for one in group if one.path in paths and may_see(held, one)] for group in GROUPS]
    return [group for group in groups if group]
