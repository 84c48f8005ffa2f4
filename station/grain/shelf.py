"""The places of a shelf, written short in the site file: "A{01-40}" is A01 to A40."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import product

MOST_PLACES = 20_000
_RANGE = re.compile(r"\{(\d{1,5})-(\d{1,5})\}")


def expand(scheme: str) -> list[str]:
    """List the places of one scheme in their order; several ranges count like figures, the last one fastest.
    Raises ValueError where braces hold no range, a range goes down, or there are too many places."""
    texts = _RANGE.split(scheme)
    fixed, ranges = texts[::3], list(zip(texts[1::3], texts[2::3], strict=True))
    if any(brace in text for text in fixed for brace in "{}"):
        raise ValueError("braces hold a range such as {01-40}")
    count = 1
    for first, last in ranges:
        count *= int(last) - int(first) + 1
        if int(last) < int(first) or count > MOST_PLACES:
            raise ValueError(f"a range rises, and a scheme has at most {MOST_PLACES} places")
    return ["".join(_woven(fixed, chosen)) for chosen in product(*(_numbers(*one) for one in ranges))]


def _numbers(first: str, last: str) -> list[str]:
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]


def _woven(fixed: Sequence[str], chosen: Sequence[str]) -> Iterator[str]:
    for position, text in enumerate(fixed):
        yield text
        yield from chosen[position : position + 1]


@lru_cache(maxsize=8)
def places(schemes: tuple[str, ...]) -> tuple[str, ...]:
    """List the places of all schemes, each once, in their order."""
    return tuple(dict.fromkeys(place for scheme in schemes for place in expand(scheme)))


def next_free(schemes: tuple[str, ...], taken: Collection[str]) -> str | None:
    """Find the first place that is not taken; None where there is none."""
    return next((place for place in places(schemes) if place not in taken), None)
