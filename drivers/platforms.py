"""Several platforms on one head, or several heads on one line, are several bridges: one of them is chosen.

Lines that name their platform (`1,ST,...` and `2,ST,...`, an address on RS-485) are taken only of the one
that the setting `platform` names. Where nothing is chosen and two are heard, none is taken any more: the
weights of two trucks would be those of one. One line of another platform may be a damaged one; so it takes
`PROOF` of the last `RECENT` lines to be heard.
"""

from collections import Counter, deque

from drivers.errors import FrameError
from drivers.kind import Setting
from drivers.reading import Reading

PROOF = 3
RECENT = 60
PLATFORM_SETTING = Setting(
    "", (), "which platform or address is this bridge, where lines tell it (1, 01, 01/2); empty: there is one"
)


class OtherPlatform(FrameError):
    """The line is right, and of a platform that is not this bridge."""


class SeveralPlatforms(FrameError):
    """Several platforms are heard and none is chosen: the installer has to."""


class Platforms:
    """Judges the readings of one line in their turn. `chosen` is the setting's text."""

    def __init__(self, chosen: str = "") -> None:
        self._chosen = _plain(chosen) if chosen else None
        self._recent: deque[str] = deque(maxlen=RECENT)
        self._several: tuple[str, ...] = ()

    def check(self, reading: Reading, platform: str) -> None:
        """Raise OtherPlatform or SeveralPlatforms where `reading`, of `platform`, is not to be taken."""
        platform = _plain(platform)
        self._recent.append(platform)
        heard = self.heard()
        if self._chosen is not None:
            if platform != self._chosen:
                raise OtherPlatform(f"of platform {platform}, not of {self._chosen}", reading.frame.data)
            return
        if len(heard) > 1:
            self._several = tuple(sorted({*self._several, *heard}))
        if self._several:
            names = ", ".join(self._several)
            raise SeveralPlatforms(f"platforms {names} speak on this line: set platform", reading.frame.data)
        if heard and platform not in heard:
            raise OtherPlatform(f"of platform {platform}, heard once beside {heard[0]}", reading.frame.data)

    def heard(self) -> list[str]:
        """Return the platforms of which several of the last lines were."""
        return sorted(name for name, count in Counter(self._recent).items() if count >= PROOF)

    @property
    def is_missed(self) -> bool:
        """True where lines of other platforms come, and none of the chosen one."""
        return self._chosen is not None and self._chosen not in self._recent and bool(self.heard())


def _plain(platform: str) -> str:
    """Return the name without leading zeros: 01/2 is 1/2."""
    return "/".join(part.strip().lstrip("0") or "0" for part in platform.split("/"))
