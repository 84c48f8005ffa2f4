"""What the demonstration of several silos says: loads and the summary on standard output, the rest beside."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from drivers.text import visible, visible_json
from station.demo.silos.check import Difference
from station.demo.silos.show import Show
from ui.words import vocabulary
from ui.words.i18n import translator


class Teller:
    """Speaks `language`, or JSON of loads and summary."""

    def __init__(self, language: str, *, as_json: bool) -> None:
        self._t = translator(language)
        self._as_json = as_json

    def introduce(self, show: Show, *, is_watched: bool) -> None:
        """Say where everything is, and what to look at."""
        _ = self._t.gettext
        hub = show.headquarters
        say = [_("Headquarters answers at {urls}").format(urls=", ".join(hub.urls))]
        name, password = hub.add_person()
        say.append(
            _("The map: {url}/map, as {name} with the password {password}").format(
                url=hub.urls[0], name=name, password=password
            )
        )
        say += [
            _("{name}: its pages and terminals at {url}").format(name=s.plan.name, url=show.ready[s.plan.id])
            for s in show.silos
        ]
        say.append(_("Its database: {address}").format(address=show.database))
        say.append(_("Look at it from another window:"))
        say.append(f"  ./silo hub stations --config {hub.file}")
        say.append(f"  ./silo hub quarantine list --config {hub.file}")
        say += [f"  ./silo post status --config {silo.plan.site_file}" for silo in show.silos]
        if is_watched:
            say.append(_("The line to headquarters is cut now and then, and comes back."))
            say.append(_("Ctrl-C ends it: then both sides are compared, row by row."))
        for line in say:
            say_aside(line)

    def tell(self, what: str, about: Mapping[str, Any]) -> None:
        """Say what happened."""
        _ = self._t.gettext
        match what:
            case "load":
                self._load(about)
            case "cut":
                say_aside(_("The line to headquarters is cut. The silos go on."))
            case "back":
                say_aside(_("The line is back."))
            case "caught_up":
                seconds = self._t.number(about["seconds"], 1)
                say_aside(_("Headquarters has caught up in {seconds} s.").format(seconds=seconds))
            case "closing":
                say_aside(_("The last trucks leave, the last bags are under way ..."))
            case "not_arrived":
                say_aside(_("Not everything has arrived, and nothing more comes."))
            case "difference":
                say_aside(self._sentence(about["difference"]))
            case "more":
                say_aside(_("... and {count} more").format(count=self._t.number(about["count"], 0)))

    def _sentence(self, found: Difference) -> str:
        _ = self._t.gettext
        sentences = {
            "lost": _("{silo}: {table} {key} is not at headquarters"),
            "doubled": _("{silo}: {table} {key} is at headquarters too often"),
            "changed": _("{silo}: {table} {key} is another one at headquarters: {columns}"),
        }
        columns = ", ".join(found.columns) or found.table
        return sentences[found.kind].format(
            silo=found.silo, table=found.table, key=found.key, columns=columns
        )

    def out(self, value: Mapping[str, Any]) -> None:
        """Write one JSON line on standard output."""
        _write(visible_json(json.dumps(value, ensure_ascii=False)))

    def _load(self, load: Mapping[str, Any]) -> None:
        if self._as_json:
            self.out(load)
            return
        weight = self._t.kg(load["net_kg"]) if load["net_kg"] is not None else "-"
        outcome = vocabulary.word(vocabulary.LOAD_STATES, load["outcome"], self._t.language)
        number = f"n° {load['ticket']}" if load["ticket"] is not None else outcome
        _write(
            visible(
                f"{load['silo']:<10}{load['plate']}  {load['supplier'] or '':<24}{weight:>12}"
                f"  {load['cell'] or '-':<4}{number}"
            )
        )


def say_aside(text: str) -> None:
    """Write lines for a person on standard error."""
    for line in text.strip().splitlines():
        sys.stderr.write(visible(line) + "\n")
    sys.stderr.flush()


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
