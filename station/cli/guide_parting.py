"""How the messages of an unknown device are parted, and which checksum they have."""

import re
from collections import Counter

from drivers.generic.controls import control_bytes, visible_text
from station.cli.console import Console, tell
from station.cli.recorder import Recorder
from station.cli.say import _
from station.commissioning.own_profile import Cut
from station.commissioning.partings import Parting, marked_framing, part, partings
from station.commissioning.sums import find_checksum

_SHOWN_WAYS = 5
MOST_SHOWN = 72


def ask_cut(console: Console, recorder: Recorder) -> Cut:
    """Where messages begin and end, and their checksum, where all of them have the same."""
    found = _different(_with_checksum_first(partings(recorder.pieces)))[:_SHOWN_WAYS]
    tell(_("How does the device part its messages?"))
    for number, parting in enumerate(found, start=1):
        tell(f"  {number}  {_parting_text(parting)}")
        tell(f"     {visible_text(parting.messages[-1].data)[:MOST_SHOWN]}")
    tell("  0  " + _("none of these: I say what a message begins and ends with"))
    number = console.ask_number(_("Number"), len(found), 1 if found else 0, least=0)
    parting = found[number - 1] if number else _ask_parting(console, recorder)
    sums = find_checksum(parting.framing, _whole_messages(parting))
    if sums is None:
        return Cut(parting.framing)
    kind = re.search('kind = "(.*)"', sums[1])
    tell(_("Its checksum is found ({kind}) and right: it is checked and not shown below.").format(
        kind=kind[1] if kind else ""
    ))  # fmt: skip
    return Cut(parting.framing, *sums)


def _with_checksum_first(found: list[Parting]) -> list[Parting]:
    """A sum that is right in all messages proves the parting, which the looks of lines do not."""
    if not found or find_checksum(found[0].framing, _whole_messages(found[0])):
        return found
    proven = [one for one in found if one.share > 0.8 and find_checksum(one.framing, _whole_messages(one))]
    return [*proven, *(one for one in found if one not in proven)]


def _different(found: list[Parting]) -> list[Parting]:
    """Of ways that give the same messages the first is enough."""
    different: dict[frozenset[bytes], Parting] = {}
    for parting in found:
        different.setdefault(frozenset(_whole_messages(parting)[:-1]), parting)
    return list(different.values())


def _whole_messages(parting: Parting) -> list[bytes]:
    """The first one may be the second half of a message."""
    messages = [one.data for one in parting.messages]
    return messages[1:] if len(messages) > 3 else messages


def _parting_text(parting: Parting) -> str:
    count, length = len(parting.messages), Counter(len(one.data) for one in parting.messages).most_common(1)
    text = _("{way}: {count} messages, most of {length} bytes, {share} alike")
    return text.format(
        way=_way_text(parting), count=count, length=length[0][0], share=f"{parting.alike:.0%}"
    )  # fmt: skip


def _way_text(parting: Parting) -> str:
    framing = parting.framing
    if framing.by_line:
        return _("a line each")
    if framing.gap_s is not None:
        return _("a pause between them ({ms} ms)").format(ms=round(framing.gap_s * 1000))
    return parting.say()


def _ask_parting(console: Console, recorder: Recorder) -> Parting:
    """Start, end and length as the person knows them; controls as <STX>."""

    def wrong(text: str) -> str | None:
        try:
            return None if len(control_bytes(text)) <= 8 else _("At most 8 characters.")
        except ValueError as error:
            return str(error)

    while True:
        begins = console.ask(
            _("A message begins with (such as <STX> or =; Enter: nothing of its own)"), wrong, ""
        )
        ends = console.ask(
            _("A message ends with (such as <ETX> or ;; Enter: nothing of its own)"), wrong, ""
        )
        start, end, length = control_bytes(begins), control_bytes(ends), None
        if start and not end:
            length = console.ask_number(
                _("How many characters has a message, the first one counted?"), 200, None
            )
        if start or end:
            parting = part(recorder.pieces, marked_framing(start, end, length))
            if parting.messages:
                return parting
        tell(_("No message is found so."))
