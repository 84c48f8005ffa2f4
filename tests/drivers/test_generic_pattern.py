import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.generic.pattern import compile_pattern

PARTS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "1", "(?:ab)", "(?:a|b)", "(?:a|ab)", "(a)"])
PATTERNS = st.lists(
    st.tuples(PARTS, st.sampled_from(["", "?", "*", "+", "*?", "{2}", "{0,3}"])), min_size=1, max_size=7
).map(lambda items: "".join(part + times for part, times in items))
NESTED = st.tuples(PATTERNS, st.sampled_from(["?", "*", "+", "{0,4}"]), PATTERNS).map(
    lambda found: f"(?:{found[0]}){found[1]}{found[2]}"
)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:a|a)*b",
        r"(?:a|ab)+c",
        r"(?:a?){20}b",
        r"(?:\d+,?)*x",
        r".*.*.*=",
        r"\s*\s*\s*x",
        r"(?=a)a",
        r"(?<!a)b",
        r"(a)\1",
        r"(?i)kg",
        r"(a",
        r"[0-9]*[0-9]*[0-9]*[0-9]*x",
    ],
)
def test_a_pattern_that_could_be_kept_busy_or_is_none_is_refused(pattern):
    with pytest.raises(ValueError, match=r"must not|repeats|steps|no pattern"):
        compile_pattern(pattern, limit=512)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<s>ST|US),(?P<w>[+-]? *\d+(?:[.,]\d+)?) *(?:kg|t)?\s*",
        r"[^;]*;[^;]*;(?P<w>\d+)",
        r"\d+[.,]?\d*",
        r"(?P<a>.*?);(?P<b>.*)",
        r"(?:ab)*c",
        r"Moist\.:\s+(?P<m>[0-9.]+) %",
    ],
)
def test_the_usual_patterns_are_let_through(pattern):
    assert compile_pattern(pattern, limit=512).pattern == pattern


def test_a_shorter_limit_lets_a_more_generous_pattern_through():
    with pytest.raises(ValueError, match="steps"):
        compile_pattern(r"\d*\d*x", limit=512, anywhere=True)
    assert compile_pattern(r"\d*\d*x", limit=64, anywhere=True)


@given(st.one_of(PATTERNS, NESTED), st.text("ab1", min_size=1, max_size=6))
def test_whatever_is_let_through_ends_soon_on_a_hard_text(pattern, piece):
    try:
        compiled = compile_pattern(pattern, limit=256, anywhere=True)
    except ValueError:
        return
    text = (piece * 256)[:255] + "!"
    begun = time.process_time()
    compiled.search(text)
    compiled.fullmatch(text)
    assert time.process_time() - begun < 1.0
