"""Which questions of an analyte have results: every pair, species, source and period with values enough."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

from station.lab.pages.study import (
    LAB,
    MACHINE,
    METHODS,
    MIN_POINTS,
    PERIODS,
    PHONE,
    Study,
)

PAIRS = ((PHONE, LAB), (MACHINE, LAB), (PHONE, MACHINE))
Question = tuple[str, dict[str, str]]  # the page and what is asked


def questions_of(study: Study) -> Iterator[Question]:
    """Yield the questions of a study, those about all its sources first."""
    seen = Counter((row["method"], row["source"], row["species"] or "") for row in (*study.rows, *study.held))
    methods = {method for method, _, _ in seen}
    counted = Counter(species for _, _, species in seen.elements())
    species = ["", *sorted(name for name, n in counted.items() if name and n >= MIN_POINTS)]
    pairs = [pair for pair in PAIRS if set(pair) <= methods]
    base = {"analyte": study.analyte}
    for kind, period in product(species, PERIODS):
        three = {**base, "species": kind, "period": period}
        if set(METHODS) <= methods:
            yield "three_ways", three
            yield "who_was_right", three
        if MACHINE in methods and kind:
            yield "fairness", three
    for wanted in ("", "each"):
        for kind, (test, reference), period in product(species, pairs, PERIODS):
            for source in _sources(seen, test, kind) if wanted else [""]:
                pair = {
                    **base, "species": kind, "test": test, "reference": reference, "source": source,
                    "period": period,
                }  # fmt: skip
                yield "pair", pair
                yield "groups", pair
    for method, kind in product((MACHINE, PHONE), species):
        for source in _sources(seen, method, kind):
            yield "watch", {**base, "method": method, "source": source, "species": kind}


def _sources(seen: Counter[tuple[str, str, str]], method: str, species: str) -> list[str]:
    """Return the sources of a method with values enough of a species ("" all)."""
    found: Counter[str] = Counter()
    for (own, source, kind), n in seen.items():
        if own == method and source and (not species or kind == species):
            found[source] += n
    return sorted(source for source, n in found.items() if n >= MIN_POINTS)
