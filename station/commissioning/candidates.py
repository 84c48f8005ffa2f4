"""List every driver and profile that could understand a device, and what it would have to be asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from drivers.errors import SettingError
from drivers.gateway.json_paths import JsonPaths
from drivers.gateway.modbus import Modbus
from drivers.gateway.sparkplug import Sparkplug
from drivers.gateway.tasmota import Tasmota
from drivers.generic.generic import Generic, refuse_wrong_examples
from drivers.generic.profile import SHIPPED
from drivers.generic.tables import read_toml
from drivers.kind import Kind, Polled
from drivers.registry import KINDS, make_protocol

Question = tuple[bytes, float]
Place = Literal["line", "network", "broker"]
# Which kind reads a profile, by the section that only its profiles have, and where its own ones ship.
_SECTIONS = {
    "framing": Generic.kind,
    "paths": JsonPaths.kind,
    "read": Modbus.kind,
    "metrics": Sparkplug.kind,
}
_FOLDERS = {Generic.kind: "", JsonPaths.kind: "json", Modbus.kind: "modbus", Sparkplug.kind: "sparkplug"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kind of device with the settings that differ from its own defaults."""

    kind: str
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        words = " ".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.kind} {words}".rstrip()

    @property
    def is_variant(self) -> bool:
        return bool(self.settings) and "profile" not in self.settings

    def protocol(self) -> Kind:
        """Raises SettingError where the kind needs a setting that is not here."""
        return make_protocol(self.kind, self.settings)


def place_of(address: str) -> Place:
    scheme = address.partition(":")[0]
    return "broker" if scheme == "mqtt" else "network" if scheme == "tcp" else "line"


def candidates(own: Iterable[Path] = (), *, place: Place = "line", unit: int = 1) -> list[Candidate]:
    """Returns each kind as it comes, its variants (one setting changed), each profile: the likelier first.

    `own`: the site's own profiles, SettingError where one cannot be read. On the network a device may speak
    Modbus in either framing; such a query comes first there, because a Modbus device may hang up on anything
    else. Behind a broker any kind may stand at a Tasmota board. `unit`: the Modbus address.
    """
    network = place == "network"
    found = [Candidate(kind) for kind in KINDS]
    found += [variant for kind in KINDS for variant in _variants(kind)]
    found = [candidate for candidate in found if _works(candidate)]
    if place == "broker":
        found += [one for kind in KINDS for one in _behind_a_board(kind) if _works(one)]
    profiles = [
        candidate for path in own for candidate in _profile_candidates(path, network=network, unit=unit)
    ]
    for kind, folder in _FOLDERS.items():
        for path in sorted((SHIPPED / folder).glob("*.toml")):
            profiles += _candidates_with(kind, path.stem, network=network, unit=unit)
    maps = [candidate for candidate in profiles if candidate.kind == Modbus.kind]
    others = [candidate for candidate in profiles if candidate.kind != Modbus.kind]
    return [*maps, *found, *others] if network else [*found, *others, *maps]


def questions(entries: Iterable[Candidate]) -> list[Question]:
    """Returns what to ask the kinds that answer only when asked, each question once, and how often (seconds).

    Variants are left out: one of them makes an indicator register the weight. A Modbus query reads.
    """
    found: dict[bytes, float] = {}
    for candidate in entries:
        protocol = candidate.protocol()
        if not candidate.is_variant and isinstance(protocol, Polled) and protocol.poll:
            found.setdefault(protocol.poll, protocol.poll_every_s)
    return list(found.items())


def questions_for(chosen: Candidate, entries: Iterable[Candidate]) -> list[Question]:
    """Returns what to ask a device that `chosen` understands: its own question, or those of all register
    maps."""
    framing = chosen.settings.get("framing")
    maps = [one for one in entries if one.kind == Modbus.kind and one.settings.get("framing") == framing]
    return questions(maps if chosen.kind == Modbus.kind else [chosen])


def without_asking(candidate: Candidate) -> Candidate:
    """Returns the same candidate without asking, for a device that spoke by itself."""
    setting = KINDS[candidate.kind].settings.get("poll")
    if setting is None or "none" not in setting.allowed or "poll" in candidate.settings:
        return candidate
    return Candidate(candidate.kind, {**candidate.settings, "poll": "none"})


def _profile_candidates(path: Path, *, network: bool, unit: int) -> list[Candidate]:
    whole = read_toml(path)
    kind = next((kind for section, kind in _SECTIONS.items() if whole.has(section)), None)
    if kind is None:
        raise SettingError(f"{path}: none of the sections {', '.join(_SECTIONS)}: it is for no line")
    found = _candidates_with(kind, str(path.absolute()), network=network, unit=unit)
    for candidate in found:
        refuse_wrong_examples(candidate.protocol())
    return found


def _candidates_with(kind: str, profile: str, *, network: bool, unit: int) -> list[Candidate]:
    settings = {"profile": profile}
    if kind != Modbus.kind:
        return [Candidate(kind, settings)]
    if unit != 1:
        settings["unit"] = str(unit)
    over_tcp = [Candidate(kind, {**settings, "framing": "tcp"})] if network else []
    return [*over_tcp, Candidate(kind, settings)]


def _behind_a_board(kind: str) -> list[Candidate]:
    settings = {"driver": kind}
    return [Candidate(Tasmota.kind, settings), Candidate(Tasmota.kind, {**settings, "data": "hex"})]


def _variants(kind: str) -> Iterator[Candidate]:
    """A setting that decides how large a number is is no variant: no count of bytes tells which is right."""
    for key, setting in KINDS[kind].settings.items():
        for value in () if setting.magnitude else setting.allowed:
            if value != setting.default:
                yield Candidate(kind, {key: value})


def _works(candidate: Candidate) -> bool:
    try:
        candidate.protocol().framer()
    except SettingError:
        return False
    return True
