"""What a paper says of a weighing: the weight, its time, rule or person, the bridge, the sealed number."""

from collections.abc import Iterator, Mapping
from typing import Any

from station.printing.lines import Line, Sentence, pair, remark_lines, time_lines
from ui.words.i18n import N_, Translator

_RULES = {
    "equal_readings": N_("stable weight, by rule"),
    "print_key": N_("print key of the indicator"),
    "typed": N_("TYPED BY HAND"),
    "stored_tare": N_("STORED TARE"),
}


def weight_lines(name: str, weighing: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    yield from pair(name, t.kg(weighing["kg"]))
    if parts := weighing.get("parts"):
        for number, part in enumerate(parts, start=1):
            yield from weight_lines("  " + t.gettext("part {number}").format(number=number), part, t)
        yield from remark_lines(weighing["remarks"], t)
        return
    yield from time_lines("  " + t.gettext("weighed"), weighing["at"], weighing.get("time_doubt"), t)
    said = t.gettext(_RULES.get(weighing["rule"], weighing["rule"]))
    if weighing["typed_by"]:
        said = f"{said} ({weighing['typed_by']})"
    yield Sentence("  " + said)
    yield from remark_lines(weighing.get("remarks", ()), t)
    if weighing.get("instrument"):
        yield from pair("  " + t.gettext("bridge"), _bridge(weighing))
    if weighing["sealed_number"]:
        yield from pair("  " + t.gettext("sealed No."), weighing["sealed_number"])


def _bridge(weighing: Mapping[str, Any]) -> str:
    return " ".join(part for part in (weighing["instrument"], weighing["serial_number"]) if part)
