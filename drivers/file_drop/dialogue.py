"""Files come in one by one: each is one message of many rows, moved when the last of its rows is safe."""

from collections.abc import Callable
from datetime import datetime

from drivers.dialogue import FrameGroup, Say
from drivers.errors import FrameError
from drivers.file_drop.rows import FileFramer
from drivers.reading import Frame, Reading
from drivers.transport import Chunk
from drivers.transport.folder import DroppedFile


class FileDialogue:
    """Reads files and says nothing; what cannot be read is noted on a file's receipt, for the note
    beside it."""

    def __init__(
        self,
        framer: FileFramer,
        read: Callable[[Frame], Reading | FrameError],
        describe: Callable[[Frame], str],
    ) -> None:
        self._framer = framer
        self._read = read
        self._describe = describe

    @property
    def noise(self) -> int:
        return self._framer.noise

    def start(self, now: float) -> None:
        """A folder needs no greeting."""

    def hear(self, chunk: Chunk, at: datetime, now: float) -> list[FrameGroup]:
        frames = self._framer.feed(chunk.data, at)
        if not chunk.whole:
            return []
        frames += self._framer.finish(at)
        if isinstance(chunk.receipt, DroppedFile):
            self._note(chunk.receipt, frames)
        return [FrameGroup(tuple(frames))]

    def note_quiet(self, at: datetime, now: float) -> list[FrameGroup]:
        return []

    def confirm(self, token: object) -> None:
        """The folder moves the file by its own receipt."""

    def take_says(self, now: float) -> list[Say]:
        return []

    def wait_s(self, now: float) -> float:
        return 1.0

    def end(self, at: datetime) -> list[FrameGroup]:
        return [FrameGroup(tuple(self._framer.finish(at)))]

    def drop(self) -> bytes:
        return self._framer.drop()

    def take_dropped(self) -> list[bytes]:
        return self._framer.take_dropped()

    def _note(self, file: DroppedFile, frames: list[Frame]) -> None:
        for frame in frames:
            outcome = self._read(frame)
            if isinstance(outcome, FrameError):
                file.refusals.append(f"{self._describe(frame)}{outcome.reason}")
            else:
                file.readings += 1
