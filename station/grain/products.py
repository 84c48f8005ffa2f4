"""Find our species by the product or calibration name that an instrument sends.

The site file's names win over the defaults. A name that neither knows is None: never a guess.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from drivers.text import unaccented
from station.species import SPECIES


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    """Return only letters and digits, lower case, without accents, words parted by one space."""
    return " ".join(re.findall(r"[^\W_]+", unaccented(name)))


def _defaults() -> dict[str, str]:
    entries = SPECIES.entries.values()
    named = {_key(name): entry.id for entry in entries for name in entry.products}
    return {**named, **{_key(entry.id): entry.id for entry in entries}}


def species_of_product(product: str, table: Mapping[str, str]) -> str | None:
    """Return the species id of a product name, or None when unknown.

    `table` holds the site file's names -> species ids and is looked up first. Case, accents, spaces and
    punctuation make no difference ("BLE  TENDRE" is "blé tendre")."""
    wanted = _key(product)
    if not wanted:
        return None
    for name, species in table.items():
        if _key(name) == wanted:
            return species
    return _defaults().get(wanted)
