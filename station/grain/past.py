"""What went into a cell since it was last clean says what it may still be used for.

A cell that took grain without a claim honours the claim no more, one that took never-blend grain takes no
other: both until it is emptied and cleaned. What lies in it, and what was put on that, goes with the grain.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drivers.text import fold
from station.grain.claims import satisfied_by

EMPTY_KG = 10.0  # what a broom leaves: a cell that holds no more is empty
INSECTICIDE_FREE = "insecticide_free"


@dataclass(frozen=True, slots=True)
class Grain:
    """What is known of grain that goes in. `claims` None: nobody said. `treated`: substances that were put
    on it."""

    species: tuple[str, ...] = ()
    claims: frozenset[str] | None = None
    treated: tuple[str, ...] = ()
    never_blend: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "species": list(self.species),
            "claims": None if self.claims is None else sorted(self.claims),
            "treated": list(self.treated),
            "never_blend": self.never_blend,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Grain":
        claims = stored.get("claims")
        return cls(
            tuple(stored.get("species", ())),
            None if claims is None else frozenset(claims),
            tuple(stored.get("treated", ())),
            stored.get("never_blend", False),
        )

    def costs(self, cell: "Standing", meant_for: Collection[str]) -> frozenset[str]:
        """Return the claims that a cell, which stands so and is meant for these, honours no more once this
        grain is in it."""
        kept = satisfied_by(self.claims or ()) - ({INSECTICIDE_FREE} if self.treated else frozenset())
        return frozenset(meant_for) - cell.lost(meant_for) - kept


@dataclass(frozen=True, slots=True)
class Standing:
    """What a cell stands for now. `species` and `treated` are of the grain that lies there; `honours` are the
    claims of all that came since it was clean (None: nothing came), `touched`: an insecticide did since."""

    species: tuple[str, ...] = ()
    honours: frozenset[str] | None = None
    treated: tuple[str, ...] = ()
    touched: bool = False
    never_blend: bool = False

    def took(self, grain: Grain) -> "Standing":
        honours = self.honours
        if grain.claims is not None:
            met = satisfied_by(grain.claims)
            honours = met if honours is None else honours & met
        return Standing(
            tuple(dict.fromkeys((*self.species, *grain.species))),
            honours,
            united(self.treated, grain.treated),
            self.touched or bool(grain.treated),
            self.never_blend or grain.never_blend,
        )

    def was_treated(self, substance: str) -> "Standing":
        return replace(self, treated=united(self.treated, (substance,)), touched=True)

    def emptied(self) -> "Standing":
        """The grain is gone, what it left behind is not."""
        return replace(self, species=(), treated=())

    def lost(self, claims: Iterable[str]) -> frozenset[str]:
        """Return the claims among these that the cell honours no more."""
        stated = frozenset(claims)
        missed = frozenset() if self.honours is None else stated - self.honours
        return missed | (stated & {INSECTICIDE_FREE} if self.touched else frozenset())

    def grain(self, claims: Iterable[str], *, is_quarantine: bool) -> Grain:
        """Return what is known of the grain in a cell that is meant for these claims."""
        kept = frozenset(claims)
        return Grain(self.species, kept - self.lost(kept), self.treated, self.never_blend or is_quarantine)

    def as_dict(self) -> dict[str, Any]:
        """Only what is to be said: of a clean cell nothing."""
        said = {
            "species": list(self.species), "treated": list(self.treated), "touched": self.touched,
            "never_blend": self.never_blend,
        }  # fmt: skip
        honours = {} if self.honours is None else {"honours": sorted(self.honours)}
        return {name: value for name, value in said.items() if value} | honours

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Standing":
        honours = stored.get("honours")
        return cls(
            tuple(stored.get("species", ())),
            None if honours is None else frozenset(honours),
            tuple(stored.get("treated", ())),
            stored.get("touched", False),
            stored.get("never_blend", False),
        )


def has_substance(treated: Iterable[str], substance: str) -> bool:
    """Tell whether it is among these, however it is written."""
    return fold(substance) in map(fold, treated)


def united(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    """Return the substances of both, each once, as it was written first."""
    found: dict[str, str] = {}
    for substance in (*one, *other):
        found.setdefault(fold(substance), substance)
    return tuple(found.values())
