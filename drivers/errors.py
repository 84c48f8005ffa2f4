"""What can go wrong with a device: retry it, count it, tell the operator, or ask what a number means."""


class TransportError(Exception):
    """The line is down (unplugged, refused, silent). Retried with backoff."""


class FrameError(Exception):
    """A message that cannot be read. Counted and kept, never a value."""

    def __init__(self, reason: str, data: bytes) -> None:
        super().__init__(f"{reason}: {data[:64]!r}{' ...' if len(data) > 64 else ''}")
        self.reason = reason
        self.data = data


CHECK_CHOICE = "check the address, the driver and the profile chosen"


class NotUnderstood(FrameError):
    """A message that came whole and is not what this driver reads: something is set up wrongly, or the sender
    broke off. `advice` says what a person can do."""

    def __init__(self, reason: str, data: bytes, advice: str = CHECK_CHOICE) -> None:
        super().__init__(f"{reason}; {advice}", data)


class OutOfTurn(FrameError):
    """A message whose number was not the next. The sum is right: whether it was taken, the link decides."""


class NoResult(FrameError):
    """A message that is understood and holds no result."""


class InstrumentFault(Exception):
    """The instrument itself reports a fault (overload, no calibration). Shown to the operator."""


class Unset(Exception):
    """The number of a message depends on a setting that nobody made: it is another one by each choice."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"the setting {setting} is not made")
        self.setting = setting


class SettingError(Exception):
    """A driver setting is unknown or impossible. The message names the key and what is allowed."""
