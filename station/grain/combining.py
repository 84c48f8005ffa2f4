"""Make one inspection of several photos of one capture, judged by one model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import stdev

from station.grain.inspection import ClassShare, Embedding, Inspection, MassShare, NumberValue, Spread
from station.grain.reasons import Reason
from station.grain.sizes import Sizes, sizes_of


def combine(inspections: Sequence[Inspection]) -> Inspection:
    """Make one inspection of several photos of one capture, judged by one model.

    The accepted photos count; none accepted gives the reasons of all. One on which there is no opinion adds
    kernels and its remark, no shares. Shares are means weighted by
    kernels; limits are combined the same way, as if the errors of the photos were the same error, and
    hold every photo's own share: never too narrow. Boxes belong to a photo, so `kernel_list` stays empty
    for more than one."""
    if len(inspections) == 1:
        return inspections[0]
    good = [seen for seen in inspections if seen.accepted]
    of = good or list(inspections)
    answered, measured = [seen for seen in good if seen.classes], [seen for seen in good if seen.numbers]
    return replace(
        of[0],
        accepted=bool(good),
        reasons=() if good else tuple(reason for seen in of for reason in seen.reasons),
        kernels=sum(seen.kernels or 0 for seen in of),
        outlines=sum(seen.outlines or 0 for seen in of) if of[0].outlines is not None else None,
        by_area=_combined_area([seen.by_area for seen in of]),
        cut=sum(seen.cut or 0 for seen in of),
        judged=sum(seen.judged or 0 for seen in good) if any(seen.judged for seen in good) else None,
        mm_per_px=None,
        sizes=_combined_sizes(of),
        card=all(seen.card for seen in of),
        colour=None,
        classes=_combined_classes(answered),
        mass=_combined_mass(answered),
        unseen=next((seen.unseen for seen in good if seen.unseen), ()),
        grams=round(sum(seen.grams or 0 for seen in good), 1) if any(seen.grams for seen in good) else None,
        remarks=_distinct(remark for seen in good for remark in seen.remarks),
        spread=_spread(answered) if len(answered) > 1 else None,
        numbers=_combined_numbers(measured),
        embedding=_combined_embedding(of),
        kernel_list=(),
        seconds={stage: sum(seen.seconds.get(stage, 0.0) for seen in inspections) for stage in of[0].seconds},
    )


def best_known(inspections: Sequence[Inspection]) -> Inspection:
    """Return, of what several models say of one photo, the word of the one that knows its grain best: an
    accepted one, the one that finds fewest kernels strange; the first where none accepts it."""
    good = [seen for seen in inspections if seen.accepted]
    known = sorted(good, key=lambda seen: seen.embedding.unfamiliar if seen.embedding else 1.0)
    return (known or inspections)[0]


def _distinct(remarks: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return each kind of remark once."""
    return tuple({remark.code: remark for remark in remarks}.values())


def _combined_area(counts: Sequence[float | None]) -> float | None:
    known = [count for count in counts if count is not None]
    return round(sum(known), 1) if len(known) == len(counts) else None


def _combined_sizes(of: Sequence[Inspection]) -> Sizes | None:
    """Return the summary over the kernels of all photos that have sizes."""
    known = [
        (kernel.length_mm, kernel.width_mm)
        for seen in of
        for kernel in seen.kernel_list
        if kernel.length_mm is not None and kernel.width_mm is not None
    ]
    return sizes_of([length for length, _ in known], [width for _, width in known])


def _combined_classes(good: Sequence[Inspection]) -> dict[str, ClassShare]:
    return {
        name: ClassShare(
            sum(seen.classes[name].count for seen in good),
            *_combined_limits(good, [seen.classes[name] for seen in good]),
        )
        for name in (good[0].classes if good else {})
    }


def _combined_mass(good: Sequence[Inspection]) -> dict[str, MassShare]:
    return {
        name: MassShare(*_combined_limits(good, [seen.mass[name] for seen in good]))
        for name in (good[0].mass if good else {})
    }


def _combined_limits(
    good: Sequence[Inspection], parts: Sequence[ClassShare | MassShare]
) -> tuple[float, float, float]:
    """Return share, low and high: means weighted by the photos' kernels; the limits hold every photo's
    share."""
    weights = [seen.kernels or 0 for seen in good]

    def mean(values: Sequence[float]) -> float:
        return sum(w * value for w, value in zip(weights, values, strict=True)) / max(1, sum(weights))

    shares = [part.share for part in parts]
    low, high = mean([part.low for part in parts]), mean([part.high for part in parts])
    return mean(shares), min(low, *shares), max(high, *shares)


def _spread(good: Sequence[Inspection]) -> Spread:
    def of(values: Sequence[float]) -> tuple[float, float, float]:
        return min(values), max(values), round(stdev(values), 6)

    classes = {name: of([seen.classes[name].share for seen in good]) for name in good[0].classes}
    return Spread(len(good), of([float(seen.kernels or 0) for seen in good]), classes)


def _combined_numbers(good: Sequence[Inspection]) -> dict[str, NumberValue]:
    """Average the numbers: those per kernel weigh by kernels, those of the sample alike."""
    names = good[0].numbers if good else {}
    return {name: _combined_number([seen.numbers[name] for seen in good]) for name in names}


def _combined_number(found: Sequence[NumberValue]) -> NumberValue:
    weights = [one.kernels or 1 for one in found]

    def mean(limit: str) -> float:
        values = [float(getattr(one, limit)) for one in found]
        return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)

    kernels = sum(weights) if found[0].kernels is not None else None
    return replace(found[0], value=mean("value"), low=mean("low"), high=mean("high"), kernels=kernels)


def _combined_embedding(seen: Sequence[Inspection]) -> Embedding | None:
    """Average the embeddings, weighted by kernels."""
    found = [(one.kernels or 0, one.embedding) for one in seen if one.embedding is not None]
    total = sum(kernels for kernels, _ in found)
    if not total:
        return None
    return Embedding(
        sum(kernels * one.distance2 for kernels, one in found) / total,
        sum(kernels * one.unfamiliar for kernels, one in found) / total,
    )
