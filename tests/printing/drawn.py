"""What a receipt printer would put on paper: the smallest renderer of the ESC/POS that we write."""

from dataclasses import dataclass, field

# command: how many bytes of parameters
_COMMANDS = {
    b"\x1b@": 0, b"\x1bt": 1, b"\x1ba": 1, b"\x1bE": 1, b"\x1d!": 1, b"\x1dV": 2, b"\x1dr": 1,
    b"\x1dh": 1, b"\x1dw": 1, b"\x1dH": 1,
}  # fmt: skip


@dataclass
class Paper:
    """`lines` as printed, `bold`, `large` and `centred` those that are; `codes`: (text, dots of a module);
    `bars`: (text of a bar code, dots of its module)."""

    lines: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    large: list[str] = field(default_factory=list)
    centred: list[str] = field(default_factory=list)
    codes: list[tuple[str, int]] = field(default_factory=list)
    bars: list[tuple[str, int]] = field(default_factory=list)
    cuts: int = 0
    _state: dict[str, int] = field(default_factory=dict)
    _stored: str = ""

    def take(self, command: bytes, value: bytes) -> None:
        self.cuts += command == b"\x1dV"
        if value:
            self._state[chr(command[1])] = value[0]

    def take_code(self, body: bytes) -> None:
        """A function of GS ( k."""
        if body[1:2] == b"C":
            self._state["module"] = body[2]
        elif body[1:3] == b"P0":
            self._stored = body[3:].decode()
        elif body[1:3] == b"Q0":
            self.codes.append((self._stored, self._state["module"]))

    def module(self, command: str) -> int:
        return self._state[command]

    def print(self, text: bytes) -> None:
        line = text.decode("cp858" if self._state.get("t") == 19 else "cp437")
        self.lines.append(line)
        for name, kept in (("E", self.bold), ("!", self.large), ("a", self.centred)):
            if self._state.get(name) and line:
                kept.append(line)


def drawn(data: bytes) -> Paper:
    """Raises ValueError for a command that it does not know."""
    paper, text = Paper(), b""
    while data:
        command = data[:2]
        if data[:3] == b"\x1d(k":
            end = 5 + int.from_bytes(data[3:5], "little")
            paper.take_code(data[5:end])
        elif data[:3] == b"\x1dkI":
            end = 4 + data[3]
            paper.bars.append((data[6:end].decode(), paper.module("w")))
        elif command in _COMMANDS:
            end = 2 + _COMMANDS[command]
            paper.take(command, data[2:end])
        elif data[0] == 10:
            end = 1
            paper.print(text)
            text = b""
        elif data[0] < 32:
            raise ValueError(f"unknown command {command!r}")
        else:
            end = 1
            text += data[:1]
        data = data[end:]
    return paper
