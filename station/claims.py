"""The claims that a load may have are a catalogue: `claims.toml`, and what a site adds by `[[claims]]`.

A co-operative keeps dozens of schemes; which certificate holds on which day is in the ledger.
"""

import tomllib
from importlib import resources
from typing import Literal

from drivers.named import Catalogue, Entry, Id
from drivers.text import fold

Kind = Literal["organic", "seed", "variety", "sustainability", "treatment", "scheme"]


class ClaimEntry(Entry):
    """`needs_certificate`: it holds only with a certificate of the supplier that is valid on the day.
    `must_be_kept`: the grain goes only into a cell that honours it; of another claim only the premium is
    lost. `satisfies`: the claims that grain with this one meets too. `species`: every one where none is
    named."""

    kind: Kind = "scheme"
    needs_certificate: bool = False
    must_be_kept: bool = False
    satisfies: tuple[Id, ...] = ()
    species: tuple[Id, ...] = ()

    def is_for(self, species: str) -> bool:
        return not self.species or species in self.species


def _shipped() -> list[ClaimEntry]:
    text = resources.files("station").joinpath("claims.toml").read_text(encoding="utf-8")
    return [ClaimEntry.model_validate(table) for table in tomllib.loads(text)["claims"]]


CLAIMS: Catalogue[ClaimEntry] = Catalogue(_shipped())


def claim_id(said: str) -> str | None:
    """Return the claim that is meant by its id or by its name in either language; None for none."""
    if said in CLAIMS.entries:
        return said
    names = {fold(name): one.id for one in CLAIMS.entries.values() for name in dict(one.name).values()}
    return names.get(fold(said))
