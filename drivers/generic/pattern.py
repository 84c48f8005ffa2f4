"""Patterns from a profile, refused where a crafted or damaged message could keep them busy for long.

Python's `re` tries every way to share characters between repetitions. The number of ways is bounded
here before the first message: a repetition costs nothing more where the next character alone tells
whether it goes on; otherwise it costs as many ways as it may be long. Repetitions inside repetitions,
look-around and back-references are refused.
"""

import re
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_STEPS = 3_000_000
_OTHER = 256
_ALL = frozenset(range(_OTHER + 1))
_NOTHING: frozenset[int] = frozenset()
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def compile_pattern(text: str, *, limit: int, anywhere: bool = False) -> re.Pattern[str]:
    """Return the compiled pattern (ASCII classes). ValueError says why it is no good.

    `limit` is the longest text it will see, `anywhere` whether it may begin at any character of it.
    """
    try:
        compiled = re.compile(text, re.ASCII)
        tree = parser.parse(text, re.ASCII)
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from error
    if compiled.flags & (re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE):
        raise ValueError("must not switch flags: write [Kk] for a letter of either case")
    _, ways = _sequence(tree.data, _NOTHING, limit)
    steps = (limit if anywhere else 1) * limit * ways
    if steps > MOST_STEPS:
        raise ValueError(
            f"may need {steps:.0e} steps on {limit} characters: let no two repetitions that follow each "
            r"other take the same character, bound them as in \d{1,7}, or lower framing.limit"
        )
    return compiled


def _sequence(items: Sequence[Any], follow: frozenset[int], limit: int) -> tuple[frozenset[int], int]:
    """Return the characters that can come first, and in how many ways the items can be matched."""
    ways = 1
    for code, argument in reversed(items):
        follow, more = _item(code, argument, follow, limit)
        ways *= more
    return follow, ways


def _item(code: Any, argument: Any, follow: frozenset[int], limit: int) -> tuple[frozenset[int], int]:
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeat(argument, follow, limit)
    if code is op.SUBPATTERN:
        return _sequence(argument[3].data, follow, limit)
    if code is op.ATOMIC_GROUP:
        return _sequence(argument.data, follow, limit)
    if code is op.BRANCH:
        return _choice([_sequence(branch.data, follow, limit) for branch in argument[1]])
    if code is op.AT:
        return follow, 1
    if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
        return _characters(code, argument), 1
    raise ValueError("must not look around or back: use groups, classes and repetitions only")


def _choice(branches: list[tuple[frozenset[int], int]]) -> tuple[frozenset[int], int]:
    """Where the next character tells the branch, only one of them is ever tried to the end."""
    first = frozenset().union(*(one for one, _ in branches))
    told = len(first) == sum(len(one) for one, _ in branches)
    every = [ways for _, ways in branches]
    return first, max(every) if told else sum(every)


def _repeat(argument: Any, follow: frozenset[int], limit: int) -> tuple[frozenset[int], int]:
    low, high, body = argument
    most = limit if high is op.MAXREPEAT else min(int(high), limit)
    alone, _ = _sequence(body.data, _NOTHING, limit)
    first, inner = _sequence(body.data, alone | follow, limit)
    if most > 1 and inner > 1:
        raise ValueError("repeats something that can match in several ways")
    if most > 1 and _varies(body.data):
        raise ValueError("repeats something that has a repetition or choices of different length inside")
    after = first | follow if low == 0 else first
    if low == most or not first & follow:
        return after, inner
    return after, inner * (most - min(int(low), most) + 1)


def _varies(items: Sequence[Any]) -> bool:
    """Tell whether the items can match texts of different length."""
    width = parser.SubPattern(parser.State(), list(items)).getwidth()
    return bool(width[0] != width[1])


def _characters(code: Any, argument: Any) -> frozenset[int]:
    """Return what one character of the pattern can be; 256 stands for every character above 255."""
    if code is op.ANY:
        return _ALL - {0x0A}
    if code is op.LITERAL:
        return frozenset({min(argument, _OTHER)})
    if code is op.NOT_LITERAL:
        return _ALL - ({argument} - {_OTHER})
    found: set[int] = set()
    negated = False
    for inner, value in argument:
        if inner is op.NEGATE:
            negated = True
        elif inner is op.LITERAL:
            found.add(min(value, _OTHER))
        elif inner is op.RANGE:
            found.update(range(min(value[0], _OTHER), min(value[1], _OTHER) + 1))
        else:
            found |= _category(str(value))
    return _ALL - (found - {_OTHER}) if negated else frozenset(found)


def _category(name: str) -> frozenset[int]:
    pattern = re.compile(_CATEGORIES[name], re.ASCII)
    inside = {n for n in range(_OTHER) if pattern.match(chr(n))}
    return frozenset(inside | {_OTHER} if "_NOT_" in name else inside)
