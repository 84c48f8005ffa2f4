"""Which pages an application has, in the order of its menu, and who may see each.

A path belongs to the entry that it begins with: `/loads/…` is seen by whom `/loads` is.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`title` is translated where it is shown."""

    path: str
    title: str
    roles: frozenset[str]

    def is_for(self, roles: Iterable[str]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Navigation:
    groups: tuple[tuple[Entry, ...], ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for group in self.groups for entry in group)

    def entry_of(self, path: str) -> Entry | None:
        """Return the entry that a path belongs to."""
        return next(
            (one for one in self.entries if path == one.path or path.startswith(f"{one.path}/")), None
        )

    def menu(self, roles: Iterable[str], served: Iterable[str]) -> list[list[Entry]]:
        """Return the groups of what these roles may see and the application serves."""
        held, paths = set(roles), set(served)
        groups = [[one for one in group if one.path in paths and one.is_for(held)] for group in self.groups]
        return [group for group in groups if group]
