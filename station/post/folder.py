"""The bags of a station as files: `post/EPOCH/NUMBER.bag`, the persons' part beside it as `NUMBER.people`.

`post/proofs/` holds answers to headquarters that wait for their bag to be there (`station.post.proof`)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from station.store.durable import PARTIAL, arriving, make_folder

NAME = "post"
SEALING = ".sealing-"  # a folder in which a bag is being made


class BagFolder:
    """A file has its name once it is whole and on the disk. Whoever has the folder locks it: the station does
    by its data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def facts(self, epoch: str, number: int) -> Path:
        return self.folder / epoch / f"{number:08d}.bag"

    def people(self, epoch: str, number: int) -> Path:
        return self.folder / epoch / f"{number:08d}.people"

    def write(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> None:
        """Raises OSError; a part that is there already is replaced."""
        make_folder(self.folder / epoch)
        if people is not None:
            _put(self.people(epoch, number), people)
        _put(self.facts(epoch, number), facts)

    def read(self, epoch: str, number: int) -> tuple[bytes, bytes | None]:
        """Return facts' and persons' part. Raises OSError."""
        people = self.people(epoch, number)
        return self.facts(epoch, number).read_bytes(), people.read_bytes() if people.exists() else None

    def people_before(self, epoch: str, number: int) -> list[Path]:
        """Return the persons' parts of earlier bags, those of other epochs among them, that are not empty."""
        found = []
        for file in sorted(self.folder.glob("*/*.people")):
            is_earlier = file.parent.name != epoch or int(file.stem) < number
            if is_earlier and file.stat().st_size:
                found.append(file)
        return found

    def proof(self, question: int) -> Path:
        return self.folder / "proofs" / f"{question}.json"

    def proofs(self) -> list[Path]:
        return sorted(self.folder.glob("proofs/*.json"))

    def kept(self) -> Iterator[tuple[str, int]]:
        """Yield epoch and number of every bag whose file is there, a line's in the order of their numbers."""
        for line in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if line.is_dir() and not line.name.startswith("."):
                numbers = sorted(int(file.stem) for file in line.glob("*.bag") if file.stem.isdigit())
                yield from ((line.name, number) for number in numbers)

    def remove(self, epoch: str, number: int) -> None:
        """Raises OSError."""
        self.people(epoch, number).unlink(missing_ok=True)
        self.facts(epoch, number).unlink(missing_ok=True)

    def sweep(self, epoch: str, last: int) -> None:
        """Remove what no row names: bags after the last one, and what a write that was cut off left."""
        folder = self.folder / epoch
        for half in self.folder.glob(f"{SEALING}*"):
            shutil.rmtree(half, ignore_errors=True)
        if not folder.is_dir():
            return
        for part in folder.glob(PARTIAL):
            part.unlink(missing_ok=True)
        for file in folder.glob("*.*"):
            if file.stem.isdigit() and int(file.stem) > last:
                file.unlink(missing_ok=True)


def keep_proof(file: Path, text: str) -> None:
    """Raises OSError."""
    make_folder(file.parent)
    _put(file, text.encode())


def _put(file: Path, data: bytes) -> None:
    with arriving(file) as part:
        part.write_bytes(data)
