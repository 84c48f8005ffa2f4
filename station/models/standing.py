"""Tell which model stands where, for one task and species: a pure fold over what was done with its releases.

A release is installed and then runs in shadow; promoted it is the active one, and the one before is
superseded but stays ready for a rollback. A release that does not run is set aside; a retired one is never
used again unless it is installed anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

Status = Literal["shadow", "active", "superseded", "rolled_back", "set_aside", "retired"]


class Act(StrEnum):
    INSTALLED = "installed"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    SET_ASIDE = "set_aside"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Standing:
    """`active` is the release (SHA-256) that informs proposals; `before` the ones a rollback gives back,
    the nearest last."""

    active: str | None = None
    before: tuple[str, ...] = ()
    status: Mapping[str, Status] = field(default_factory=dict)

    @property
    def shadows(self) -> tuple[str, ...]:
        """Return the shadows in the order of their installation."""
        return tuple(sha256 for sha256, status in self.status.items() if status == "shadow")


def standing_after(done: Iterable[tuple[str, str]]) -> Standing:
    """Fold (act, sha256), in the order they were done, to where the models stand."""
    standing = Standing()
    for act, sha256 in done:
        standing = _STEPS[Act(act)](standing, sha256)
    return standing


def _installed(standing: Standing, sha256: str) -> Standing:
    return standing if sha256 == standing.active else _with(standing, sha256, "shadow")


def _promoted(standing: Standing, sha256: str) -> Standing:
    before, status = _without(standing.before, sha256), dict(standing.status)
    if standing.active is not None and standing.active != sha256:
        before = (*before, standing.active)
        status[standing.active] = "superseded"
    return Standing(sha256, before, {**status, sha256: "active"})


def _rolled_back(standing: Standing, sha256: str) -> Standing:
    if sha256 != standing.active:
        return _with(standing, sha256, "rolled_back")
    previous = standing.before[-1] if standing.before else None
    status: dict[str, Status] = {**standing.status, sha256: "rolled_back"}
    if previous is not None:
        status[previous] = "active"
    return Standing(previous, standing.before[:-1], status)


def _set_aside(standing: Standing, sha256: str) -> Standing:
    return _with(standing, sha256, "set_aside")


def _retired(standing: Standing, sha256: str) -> Standing:
    return replace(_with(standing, sha256, "retired"), before=_without(standing.before, sha256))


def _with(standing: Standing, sha256: str, status: Status) -> Standing:
    return replace(standing, status={**standing.status, sha256: status})


def _without(before: tuple[str, ...], sha256: str) -> tuple[str, ...]:
    return tuple(one for one in before if one != sha256)


_STEPS = {
    Act.INSTALLED: _installed,
    Act.PROMOTED: _promoted,
    Act.ROLLED_BACK: _rolled_back,
    Act.SET_ASIDE: _set_aside,
    Act.RETIRED: _retired,
}
