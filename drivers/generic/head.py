"""The sections [profile] and [transport] of a profile: what it is for and how far it is known.

evidence: documented (a manual was read), captured (real bytes were seen), inferred, synthetic (made up
for tests), none (nothing is known: the profile is a form to be filled in beside the instrument).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.generic.tables import Table
from drivers.kind import Category

EVIDENCE = ("documented", "captured", "inferred", "synthetic", "none")
_TRANSPORT = {
    "baud": (50, 921_600),
    "bits": (7, 8),
    "stop": (1, 2),
    "tcp_port": (1, 65_535),
}


@dataclass(frozen=True, slots=True)
class Head:
    """`commissioned`: somebody compared values with the instrument's display, on this site."""

    name: str
    category: Category
    evidence: str
    commissioned: bool
    source: str
    unknown: tuple[str, ...]
    silent_after_s: float | None


def read_head(table: Table) -> Head:
    weighs = table.choice("category", ("weighbridge", "analyzer")) == "weighbridge"
    head = Head(
        name=table.text("name"),
        category="weighbridge" if weighs else "analyzer",
        evidence=table.choice("evidence", EVIDENCE),
        commissioned=table.flag("commissioned"),
        source=table.text("source"),
        unknown=table.texts("unknown", ()),
        silent_after_s=table.number("silent_after_s", 0.5, 86_400.0) if table.has("silent_after_s") else None,
    )
    table.refuse_unread()
    return head


def read_transport(table: Table) -> Mapping[str, str]:
    """Return hints for whoever sets up the port; the driver opens what the site file says."""
    hints = {key: str(table.whole(key, *ends)) for key, ends in _TRANSPORT.items() if table.has(key)}
    if table.has("parity"):
        hints["parity"] = table.choice("parity", ("N", "E", "O"))
    table.refuse_unread()
    return hints
