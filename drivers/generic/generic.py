"""Any device whose messages a profile describes: a TOML file and no code.

The profile tells the message; its language is told in `drivers.generic.profile`. What a profile does
not know is under `unknown` there and under `unverified` here. A reading made by a profile that was not
compared with the instrument's display on site says so under `extra["commissioned"]`.

Where a message has a checksum and the profile tells it, a damaged one is refused; where it has none, a
damaged byte is refused only where the grammar of the message tells.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import SettingError
from drivers.framing import Framer
from drivers.generic.profile import find_profile, read_profile
from drivers.generic.selftest import problems
from drivers.generic.values import SIZE_SETTINGS
from drivers.kind import Category, Evidence, Kind, Setting, choose
from drivers.platforms import PLATFORM_SETTING
from drivers.protection import Protection
from drivers.reading import Frame, Reading
from drivers.weights import NET_SETTING, Weighed

# Examples tell nothing about when they arrived.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class Generic:
    """`name`, `category`, `unverified`, `protection`, `stores_weights`, `silent_after_s` of an object are
    those of its profile."""

    kind: ClassVar[str] = "generic"
    name: ClassVar[str] = "Any device, by a profile"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.PROFILE,)
    unverified: ClassVar[tuple[str, ...]] = ("all that the profile lists as unknown",)
    stores_weights: ClassVar[bool | None] = None
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "profile": Setting("", (), "the profile's file, or the name of a shipped one"),
            "platform": PLATFORM_SETTING,
            "net": NET_SETTING,
            **SIZE_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """SettingError names the profile's file, section and key."""
        chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        profile = read_profile(find_profile(chosen["profile"]))
        self.profile = replace(profile, results=profile.results.chosen_by(chosen))
        self.chosen = self.profile.results.chosen
        head = self.profile.head
        self.name = head.name  # type: ignore[misc]  # what the class declares for all, one profile refines
        self.category = head.category  # type: ignore[misc]
        self.protection = (self.profile.protection,)  # type: ignore[misc]
        self.unverified = head.unknown or self.unverified  # type: ignore[misc]
        self.stores_weights = "sealed_number" in self.profile.results.texts  # type: ignore[misc]
        self.silent_after_s = head.silent_after_s  # type: ignore[misc]

    @property
    def repeats_within_s(self) -> float | None:
        return self.profile.results.repeats_within_s

    @property
    def poll(self) -> bytes | None:
        return self.profile.poll.send if self.profile.poll else None

    @property
    def poll_every_s(self) -> float:
        return self.profile.poll.every_s if self.profile.poll else 1.0

    def framer(self) -> Framer:
        return self.profile.framer()

    def parse(self, frame: Frame) -> Reading:
        return self.profile.read(self.kind, frame)


def refuse_wrong_examples(protocol: Kind) -> None:
    """Raise SettingError where a profile does not read its own examples as it says: it is not to be
    trusted with a line. Other kinds pass."""
    if isinstance(protocol, Generic) and (wrong := problems(protocol.profile, _ANY_TIME)):
        raise SettingError(f"profile {protocol.profile.head.name!r}: " + "; ".join(wrong))
