"""The sections [[examples]] of a profile: a message and what must be read of it.

[[examples]]
sent = "ST,GS    20.7g  <CR><LF>"
origin = "captured"                     evidence of this message, as in [profile]
weight = 0.0207                         in the analyte's own unit; "none" for measured badly
flags = ["stable", "gross"]             optional
settings = { weight_unit = "kg" }       optional: what an installer says
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.errors import SettingError
from drivers.generic.controls import control_bytes
from drivers.generic.head import EVIDENCE
from drivers.generic.tables import Table
from drivers.reading import UNIT_OF, Analyte


@dataclass(frozen=True, slots=True)
class Example:
    sent: bytes
    origin: str
    values: Mapping[Analyte, float | None]
    flags: frozenset[str] | None
    settings: Mapping[str, str]


def read_examples(whole: Table) -> tuple[Example, ...]:
    return tuple(_read(table) for table in whole.tables("examples"))


def _read(table: Table) -> Example:
    try:
        sent = control_bytes(table.text("sent"))
    except ValueError as error:
        raise table.error("sent", str(error)) from error
    values = {analyte: _value(table, analyte) for analyte in UNIT_OF if table.has(analyte.value)}
    origin = table.choice("origin", EVIDENCE)
    flags = frozenset(table.texts("flags")) if table.has("flags") else None
    inner = table.table("settings")
    settings = {key: inner.text(key) for key in inner.keys()}  # noqa: SIM118
    table.refuse_unread()
    return Example(sent, origin, values, flags, settings)


def _value(table: Table, analyte: Analyte) -> float | None:
    try:
        return table.number(analyte.value, -1e9, 1e9)
    except SettingError:
        if table.text(analyte.value) != "none":
            raise
        return None
