"""`silo rules whatif`: the recorded decisions of a time by another rule pack, in loads, tonnes and money."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import LONG_S, counter, in_name_of
from station.cli.files import read_text
from station.cli.options import DAYS, ByOption, ConfigOption, JsonOption, PinOption, span
from station.cli.say import Exit, _, out, show, tell

PAGE = 100
WAITS, HELD, UNGRADED = "waits", "held", "ungraded"  # beside the grades
SinceDay = Annotated[datetime | None, typer.Option("--since", "--from", formats=DAYS, help=_("First day."))]
UntilDay = Annotated[
    datetime | None, typer.Option("--until", "--to", formats=DAYS, help=_("Day after the last."))
]


def commands(rules: typer.Typer) -> None:
    rules.command("whatif", help=_("What another pack would have made of the decisions of a time."))(whatif)


@dataclass
class Totals:
    """Tonnes and money over all loads; money only of loads that both packs have a price for."""

    loads: int = 0
    moved: int = 0
    lost: int = 0
    waits: int = 0
    no_more_waits: int = 0
    tonnes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    cents: list[int] = field(default_factory=lambda: [0, 0])
    priced: int = 0

    def count(self, row: dict[str, Any]) -> None:
        before, after = row["before"], row["after"]
        self.loads += 1
        self.moved += row["moves"]
        taken = [one["cell"] is not None and not one["hold"] for one in (before, after)]
        self.waits += taken == [True, False]
        self.no_more_waits += taken == [False, True]
        for side, one in enumerate((before, after)):
            self.tonnes[_key(one)][side] += (row["kg"] or 0.0) / 1000
        if before["cents"] is not None and after["cents"] is not None:
            self.priced += 1
            self.cents = [self.cents[0] + before["cents"], self.cents[1] + after["cents"]]

    def as_dict(self) -> dict[str, Any]:
        tonnes = {
            grade: {"before": round(was, 3), "after": round(now, 3)}
            for grade, (was, now) in sorted(self.tonnes.items())
        }
        return {
            "loads": self.loads, "moved": self.moved, "lost": self.lost, "waits": self.waits,
            "no_more_waits": self.no_more_waits, "tonnes": tonnes, "priced": self.priced,
            "euros": {"before": self.cents[0] / 100, "after": self.cents[1] / 100},
        }  # fmt: skip


def whatif(
    pack: Annotated[Path, typer.Option(help=_("The other pack's TOML file; it need not be installed."))],
    config: ConfigOption,
    since: SinceDay = None,
    until: UntilDay = None,
    by: ByOption = None,
    pin: PinOption = None,
    as_json: JsonOption = False,
) -> None:
    text = read_text(pack)
    totals = Totals()
    for answer in _pages(config, {"text": text, **span(since, until)}, in_name_of(by, pin)):
        totals.lost += len(answer["lost"])
        for row in answer["loads"]:
            totals.count(row)
            if row["moves"]:
                out(row) if as_json else _tell_load(row)
    if as_json:
        out(totals.as_dict())
    else:
        _tell_totals(totals)
    raise typer.Exit(Exit.NEGATIVE if totals.moved else Exit.DONE)


def _pages(config: Path, body: dict[str, Any], headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    place: list[str] = []
    params: dict[str, Any] = {"limit": PAGE}
    with counter(config) as asking:
        while True:
            yield asking(
                "POST", "/rules/whatif", body, params=params, headers=headers, place=place, timeout=LONG_S
            )
            if not place:
                return
            params = {"limit": PAGE, "after": place.pop()}


def _key(outcome: dict[str, Any]) -> str:
    if outcome["cell"] is None:
        return WAITS
    return HELD if outcome["hold"] else outcome["grade"] or UNGRADED


def _word(key: str) -> str:
    return {WAITS: _("(waits)"), HELD: _("(held)"), UNGRADED: _("(none)")}.get(key, key)


def _tell_load(row: dict[str, Any]) -> None:
    before, after = row["before"], row["after"]
    tonnes = f"{(row['kg'] or 0.0) / 1000:8.2f} t"
    money = ""
    if before["cents"] is not None and after["cents"] is not None and before["cents"] != after["cents"]:
        money = f"  {(after['cents'] - before['cents']) / 100:+.2f} €"
    ways = f"{before['cell'] or '-'} {_word(_key(before))} -> {after['cell'] or '-'} {_word(_key(after))}"
    show(f"{row['at'][:16]}  {row['load_id']}  {tonnes}  {ways}{money}")


def _tell_totals(totals: Totals) -> None:
    for grade, (before, after) in sorted(totals.tonnes.items()):
        show(f"    {_word(grade):24} {before:12.2f} t -> {after:12.2f} t  ({after - before:+.2f})")
    if totals.priced:
        before, after = (cents / 100 for cents in totals.cents)
        show(f"    {before:,.2f} € -> {after:,.2f} €  ({after - before:+,.2f})")
    else:
        tell(_("no load has a price in both packs: no money is told"))
    tell(
        _("{moved} of {loads} loads move; {waits} would wait or be held, {no_more_waits} no more").format(
            moved=totals.moved, loads=totals.loads, waits=totals.waits, no_more_waits=totals.no_more_waits
        )
    )
    if totals.lost:
        tell(_("{lost} decisions cannot be made again: a record is gone").format(lost=totals.lost))
