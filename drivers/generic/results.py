"""Turn the named fields of one message into a Reading, as all profiles do.

[texts]                       which fields are not numbers
sample_id = "id"              also product, serial, calibration, sealed_number, platform (of a head)
[duplicates]
rule = "fields"               equal texts in `fields` are one result, however often they come
fields = ["date", "time"]
rule = "repeat"               the device says its last result again and again; equal messages less than
within_s = 3.5                so many seconds apart are one result
rule = "reprint"              nothing tells two results apart: an equal message soon after is flagged
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drivers.errors import FrameError
from drivers.generic.clock import Clock, read_clock
from drivers.generic.head import Head
from drivers.generic.marks import SPOILING, Marks, UnknownMark, read_marks
from drivers.generic.numbers import NotANumber, Numbers, read_numbers
from drivers.generic.tables import Table
from drivers.generic.values import ValueRule, read_value_rule
from drivers.kind import Chosen
from drivers.protection import Protection
from drivers.reading import UNIT_OF, Analyte, Flag, Frame, Reading, Value

TEXTS = ("sample_id", "product", "serial", "calibration", "sealed_number", "platform")
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Results:
    """Holds how fields become a reading; `chosen` says what the profile leaves open."""

    head: Head
    rules: tuple[ValueRule, ...]
    numbers: Numbers
    marks: Marks
    clock: Clock
    texts: Mapping[str, str]
    same: tuple[str, ...]
    repeats_within_s: float | None
    chosen: Chosen = field(default_factory=lambda: Chosen({}, {}))

    def chosen_by(self, chosen: Chosen) -> "Results":
        """Return the same where the settings of the kind say what the profile leaves open."""
        needed = {name for rule in self.rules for name in rule.may_need(self.numbers)}
        return replace(self, chosen=chosen.only(needed))

    def sources(self) -> Iterator[str]:
        """Return every field name that some section uses."""
        for rule in self.rules:
            yield from rule.sources()
        yield from self.marks.by_field
        yield from self.clock.sources
        yield from self.texts.values()
        yield from self.same

    def read(
        self,
        kind: str,
        frame: Frame,
        fields: Mapping[str, str],
        protection: Protection = Protection.NOTHING,
    ) -> Reading:
        """Raise FrameError when a field is not what the profile says."""
        try:
            flags = self.marks.read(fields)
            values, more, impossible = self._values(fields, spoilt=bool(flags & SPOILING))
        except (NotANumber, UnknownMark) as error:
            raise FrameError(str(error), frame.data) from error
        if not values and self.head.category == "analyzer":
            raise FrameError("no value in it", frame.data)
        device_time, problem = self.clock.read(fields)
        texts = {key: fields.get(source, "") or None for key, source in self.texts.items()}
        _refuse_unprintable(texts, frame.data)
        extra: dict[str, Any] = {
            "profile": self.head.name,
            "commissioned": self.head.commissioned,
            "as_sent": dict(fields),
            **{key: texts[key] for key in ("calibration", "sealed_number") if texts.get(key)},
            **({"device_time_problem": problem} if problem else {}),
            **({"implausible_kg": impossible} if impossible is not None else {}),
        }
        return Reading(
            driver=kind,
            kind="weight" if self.head.category == "weighbridge" else "analysis",
            frame=frame,
            values=values,
            flags=self._weight_flags(values, flags | more),
            device_time=device_time,
            sample_id=texts.get("sample_id"),
            product=texts.get("product"),
            serial=texts.get("serial"),
            identity=self._identity(fields),
            extra=extra,
            protection=protection,
            unit_sent=self._unit_sent(fields),
            platform=texts.get("platform"),
        )

    def _values(
        self, fields: Mapping[str, str], *, spoilt: bool
    ) -> tuple[dict[Analyte, Value], frozenset[Flag], float | None]:
        """Return the values with what flags they tell, and a weight that cannot be true."""
        impossible = None
        values: dict[Analyte, Value] = {}
        flags: frozenset[Flag] = frozenset()
        for rule in self.rules:
            if spoilt:
                values[rule.analyte] = Value(None, UNIT_OF[rule.analyte], rule.basis)
                continue
            found = rule.read(fields, self.numbers, self.chosen)
            if found is not None:
                values[rule.analyte] = found[0]
                flags |= found[1]
                if rule.analyte == Analyte.WEIGHT and found[0].value is None:
                    impossible = found[2]
        return values, flags, impossible

    def _weight_flags(self, values: Mapping[Analyte, Value], flags: frozenset[Flag]) -> frozenset[Flag]:
        """Return what a weight itself tells: nothing at all, negative, zero."""
        if self.head.category != "weighbridge":
            return flags
        weight = values.get(Analyte.WEIGHT)
        if weight is None or weight.value is None:
            return flags if flags & (SPOILING | {Flag.MOTION}) else flags | {Flag.ERROR}
        if weight.value < 0:
            return flags | {Flag.NEGATIVE}
        return flags | {Flag.ZERO} if weight.value == 0 and Flag.NET not in flags else flags

    def _unit_sent(self, fields: Mapping[str, str]) -> str | None:
        """Return the unit that the message names for its weight."""
        for rule in self.rules:
            if rule.analyte is Analyte.WEIGHT and rule.unit_source:
                return fields.get(rule.unit_source)
        return None

    def _identity(self, fields: Mapping[str, str]) -> str | None:
        """Return None where the message does not tell enough to know it again."""
        texts = [fields.get(name, "") for name in self.same]
        if not self.same or not all(texts):
            return None
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:32]


def read_results(whole: Table, head: Head) -> Results:
    """Read the sections [values.*], [numbers], [flags.*], [stability], [time], [texts], [duplicates]."""
    values = whole.table("values", required=True)
    rules = tuple(read_value_rule(name, values.table(name)) for name in values.keys())  # noqa: SIM118
    same, within_s = _duplicates(whole.table("duplicates"), head)
    weighs = head.category == "weighbridge"
    if weighs != any(rule.analyte == Analyte.WEIGHT for rule in rules) or not rules:
        wanted = (
            "a weighbridge has weight" if weighs else "an analyzer has at least one analyte and no weight"
        )
        raise whole.error("values", wanted)
    return Results(
        head=head,
        rules=rules,
        numbers=read_numbers(whole.table("numbers")),
        marks=read_marks(whole.table("flags"), whole.table("stability"), weighs=weighs),
        clock=read_clock(whole.table("time")),
        texts=_texts(whole.table("texts")),
        same=same,
        repeats_within_s=within_s,
    )


def _texts(table: Table) -> dict[str, str]:
    found = {key: table.text(key) for key in TEXTS if table.has(key)}
    table.refuse_unread()
    return found


def _duplicates(table: Table, head: Head) -> tuple[tuple[str, ...], float | None]:
    rule = table.choice("rule", ("reprint", "fields", "repeat"), "reprint")
    if rule != "reprint" and head.category == "weighbridge":
        raise table.error("rule", f"{rule!r} is for analyzers: every message of a weighbridge counts")
    fields = table.texts("fields") if rule == "fields" else ()
    within_s = table.number("within_s", 0.1, 3600.0) if rule == "repeat" else None
    table.refuse_unread()
    return fields, within_s


def _refuse_unprintable(texts: Mapping[str, str | None], data: bytes) -> None:
    for key, text in texts.items():
        if text and (len(text) > _LONGEST_TEXT or not text.isprintable()):
            raise FrameError(f"{key} is too long or has unprintable characters", data)
