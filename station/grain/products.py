"""Find our species by the product or calibration name that an instrument sends.

The site file's names win over the defaults. A name that neither knows is None: never a guess.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from station.grain.identifiers import Species

_NAMES: Mapping[Species, tuple[str, ...]] = {
    Species.SOFT_WHEAT: (
        "soft wheat",
        "wheat",
        "common wheat",
        "bread wheat",
        "winter wheat",
        "blé tendre",
        "blé",
        "weichweizen",
        "weizen",
    ),
    Species.DURUM: ("durum", "durum wheat", "blé dur", "hartweizen"),
    Species.BARLEY: (
        "barley",
        "malting barley",
        "feed barley",
        "winter barley",
        "spring barley",
        "orge",
        "orge brassicole",
        "orge fourragère",
        "orge d'hiver",
        "orge de printemps",
        "escourgeon",
        "gerste",
    ),
    Species.MAIZE: ("maize", "corn", "maïs", "mais"),
    Species.RICE: ("rice", "paddy", "paddy rice", "riz", "riz paddy"),
    Species.RAPESEED: ("rapeseed", "oilseed rape", "canola", "colza", "raps"),
    Species.PEA: ("pea", "peas", "field peas", "pois", "pois protéagineux", "erbsen"),
}


def _key(name: str) -> str:
    """Return only letters and digits, lower case, without accents, words parted by one space."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain))


_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        **{_key(name): species.value for species, names in _NAMES.items() for name in names},
        **{_key(species.value): species.value for species in Species},
    }
)


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
    return _DEFAULTS.get(wanted)
