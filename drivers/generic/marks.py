"""The sections [flags.*] and [stability] of a profile: what the status texts of a message mean.

    [flags.status]                 a field
    "ST" = "stable"                its text = one flag, or a list of them; "" for a blank field
    "OL" = ["overload"]
    [stability]
    rule = "flags"                 the message tells it (flags stable and motion)
    rule = "equal"                 it does not: equal readings for a while are stable (the driver judges)
    rule = "always"                the device speaks only of weights at rest, as a printed ticket does

A text that is not listed makes the message a bad one: an unknown state is not a good state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.generic.tables import Table
from drivers.reading import Flag

# Under these flags the number of a message is no weight.
SPOILING = frozenset({Flag.OVERLOAD, Flag.UNDERLOAD, Flag.ERROR})
_WORDS = tuple(flag.value for flag in Flag if flag is not Flag.DUPLICATE)


class UnknownMark(ValueError):
    """A status text that the profile does not list."""


@dataclass(frozen=True, slots=True)
class Marks:
    by_field: Mapping[str, Mapping[str, frozenset[Flag]]]
    always_stable: bool

    def read(self, fields: Mapping[str, str]) -> frozenset[Flag]:
        """Return the flags that the status fields tell. A field that the message lacks tells nothing."""
        flags: set[Flag] = set()
        for name, meanings in self.by_field.items():
            text = fields.get(name)
            if text is None:
                continue
            if text not in meanings:
                raise UnknownMark(f"{name} {text!r} is not in the profile")
            flags |= meanings[text]
        if self.always_stable and Flag.MOTION not in flags:
            flags.add(Flag.STABLE)
        return frozenset(flags)


def read_marks(flags: Table, stability: Table, *, weighs: bool) -> Marks:
    """A weighbridge must say how its stability is known. SettingError."""
    by_field = {name: _meanings(flags.table(name)) for name in flags.keys()}  # noqa: SIM118
    if not weighs:
        stability.refuse_unread()
        return Marks(by_field, False)
    rule = stability.choice("rule", ("flags", "equal", "always"))
    stability.refuse_unread()
    told = {flag for field in by_field.values() for marks in field.values() for flag in marks}
    if rule == "flags" and Flag.STABLE not in told:
        raise stability.error("rule", '"flags" needs a [flags.<field>] with a text that means "stable"')
    if rule == "equal" and told & {Flag.STABLE, Flag.MOTION}:
        raise stability.error("rule", '"equal" is for messages without a mark for stable or motion')
    return Marks(by_field, rule == "always")


def _meanings(table: Table) -> dict[str, frozenset[Flag]]:
    meanings: dict[str, frozenset[Flag]] = {}
    for text in table.keys():  # noqa: SIM118
        words = table.texts(text)
        for word in words:
            if word not in _WORDS:
                raise table.error(text, f"{word!r} is no flag; allowed: {', '.join(_WORDS)}")
        meanings[text.strip()] = frozenset(Flag(word) for word in words)
    return meanings
