"""How many examples a property draws: all with `--all` or where its file is named, a quarter in a plain run.

Every run draws others, so what one plain run leaves out the next may draw.
"""

from hypothesis import settings

WHOLE, QUARTER = 100, 25  # where a property does not say


def examples(whole: int) -> int:
    """For a property that says how many it draws."""
    return max(1, whole * settings.default.max_examples // WHOLE)
