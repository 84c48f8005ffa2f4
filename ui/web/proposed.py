"""What the station proposes and a manager decides on, as a page shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proposed:
    """It asks for a word: `sentence` says what it does, `facts` on what evidence. The word goes to
    `path`/`id`/act."""

    id: str
    title: str
    sentence: str
    facts: list[tuple[str, str]]
    is_proposed: bool
    path: str = "/corrections"
