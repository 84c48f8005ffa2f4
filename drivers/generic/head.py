"""The sections [profile] and [transport] of a profile: what it is for and how far it is known.

evidence: documented (a manual was read), captured (real bytes were seen), inferred, synthetic (made up
for tests), none (nothing is known: the profile is a form to be filled in beside the instrument).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.generic.tables import Table
from drivers.kind import Category
from drivers.text import HiddenCharacter, checked_text

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
        name=_checked(table, "name", table.text("name")),
        category="weighbridge" if weighs else "analyzer",
        evidence=table.choice("evidence", EVIDENCE),
        commissioned=table.flag("commissioned"),
        source=_checked(table, "source", table.text("source")),
        unknown=tuple(_checked(table, "unknown", text) for text in table.texts("unknown", ())),
        silent_after_s=table.number("silent_after_s", 0.5, 86_400.0) if table.has("silent_after_s") else None,
    )
    table.refuse_unread()
    return head


def _checked(table: Table, key: str, text: str) -> str:
    """What a profile says of itself is shown. SettingError for what cannot be seen."""
    try:
        return checked_text(text)
    except HiddenCharacter as error:
        raise table.error(key, str(error)) from error


def read_transport(table: Table) -> Mapping[str, str]:
    """Return hints for whoever sets up the port; the driver opens what the site file says."""
    hints = {key: str(table.whole(key, *ends)) for key, ends in _TRANSPORT.items() if table.has(key)}
    if table.has("parity"):
        hints["parity"] = table.choice("parity", ("N", "E", "O"))
    table.refuse_unread()
    return hints
