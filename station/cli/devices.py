"""The dock's own commands: the kinds of device, simulated ones, and the relay."""

import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.say import Exit, _, fail, now, out, pairs, show, tell
from ui.words.i18n import N_

_FAULTS = (
    "power_up_banner,half_frame,glued,repeat,parity,cr_only,decimal_comma,overload,motion,silence,disconnect"
)
_WORDS = {
    "weighbridge": N_("weighbridge"),
    "analyzer": N_("analyzer"),
    "documented": N_("documented"),
    "captured": N_("captured"),
    "inferred": N_("inferred"),
}
_PROTECTION = {
    "sum": N_("checksum"),
    "length": N_("length"),
    "parity": N_("parity"),
    "fixed_width": N_("fixed width (a changed byte passes)"),
    "learnt_width": N_("width learnt from its lines (a changed byte passes)"),
    "profile": N_("as its profile or the kind behind it says"),
    "nothing": N_("nothing: a damaged message may be read"),
}


def register(app: typer.Typer) -> None:
    app.command("devices", help=_("Every kind of device: what is known of it, settings, an example."))(
        devices
    )
    app.command("simulate", help=_("A simulated device on a port, with faults at will."))(simulate)
    app.command("relay", help=_("Shares one port between the legacy program and the station."))(relay)


def devices(
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON list on standard output."))] = False,
) -> None:
    from drivers.catalogue import catalogue

    entries = catalogue()
    if as_json:
        out(entries)
        return
    for entry in entries:
        for line in _lines(entry):
            show(line)


def simulate(
    driver: Annotated[str, typer.Option(help=_("Kind of device."))],
    port: Annotated[
        str, typer.Option(help=_("A path (pseudo-terminal), tcp:PORT, mqtt://HOST/TOPIC or serial:DEVICE."))
    ],
    faults: Annotated[str, typer.Option(help=_("Some of: {faults}").format(faults=_FAULTS))] = "",
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same loads, samples and faults."))] = 1,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help=_("How long; without it until it is stopped."))
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.01, max=100, help=_("Messages or samples a second."))
    ] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help=_("How fast its clock runs."))] = 1.0,
    profile: Annotated[str | None, typer.Option(help=_("Profile of the device."))] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("A setting of the driver."))
    ] = None,
) -> None:
    from drivers.errors import SettingError, TransportError
    from drivers.simulated.cast import Casting, cast
    from drivers.simulated.sent import SentMessage, Tally

    chosen = pairs(settings or []) | ({"profile": profile} if profile else {})
    stop, tally = stopped_by_signals(), Tally()

    def say(sent: SentMessage) -> None:
        tally.add(sent)
        out(sent.as_dict())

    try:
        casting = Casting(driver, port, chosen, _chosen_faults(faults), seed, rate, speed)
        show = cast(casting, clock=now, say=say, stop=stop)
        out({"event": "ready", "driver": driver, "address": show.address, "settings": dict(show.settings)})
        for fault in show.ignored:
            tell(_("{fault} means nothing to {driver}").format(fault=fault.value, driver=driver))
        show.play(stop, seconds)
    except SettingError as error:
        fail(str(error), Exit.USAGE)
    except (TransportError, OSError) as error:
        fail(str(error), Exit.NETWORK)
    out(tally.as_dict())


def relay(
    config: Annotated[Path, typer.Option(help=_("The relay's file."))],
    status: Annotated[
        Path | None,
        typer.Option(help=_("Keep the status in this file, as JSON; else as the relay's file says.")),
    ] = None,
) -> None:
    import time

    from drivers.errors import SettingError, TransportError
    from drivers.relay.config import load_config
    from drivers.relay.setup import make_relay
    from drivers.relay.status import StatusReport

    stop = stopped_by_signals()
    try:
        settings = load_config(config)
        made = make_relay(settings, clock=now)
    except SettingError as error:
        fail(str(error), Exit.CONFIGURATION)
    except (TransportError, OSError) as error:
        fail(str(error), Exit.NETWORK)
    made.run(stop, StatusReport(status or settings.status, out, time.monotonic))


def _lines(entry: dict[str, Any]) -> list[str]:
    """One kind for a person to read."""
    head = f"{entry['kind']:<18} {entry['name']}"
    known = f"    {_(_WORDS[entry['category']])}, {_(_WORDS[entry['evidence']])}"
    if entry["never_checked_on_hardware"]:
        known += ", " + _("never checked on hardware")
    protection = ", ".join(_(_PROTECTION[way]) for way in entry["protection"])
    protected = "    " + _("protected by: {protection}").format(protection=protection)
    unknown = _("{count} points never verified, see --json").format(count=len(entry["unverified"]))
    lines = [head, known, protected, f"    {unknown}"]
    if entry["stores_weights"]:
        lines.insert(2, "    " + _("its head stores weights and tells their sealed number"))
    for key, setting in entry["settings"].items():
        allowed = "|".join(setting["allowed"]) or _("any text")
        lines.append(f"    --set {key}={setting['default']}  ({allowed})  {_(setting['help'])}")
    return [*lines, *(f"    {line}" for line in entry["example"].splitlines()), ""]


def _chosen_faults(text: str) -> list[Any]:
    from drivers.simulated.faults import LineFault

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {fault.value for fault in LineFault}
    for name in names:
        if name not in known:
            fail(_("fault {name} is unknown; known: {known}").format(name=name, known=_FAULTS), Exit.USAGE)
    return [LineFault(name) for name in names]


def stopped_by_signals() -> threading.Event:
    """Return what is set when the process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
