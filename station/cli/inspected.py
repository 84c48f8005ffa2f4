"""How an inspection is told to a person: lines of text, and the photo with what was seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.cli.say import LANGUAGE, _, tell
from station.grain.inspection import Inspection
from station.grain.reasons import Code, Reason
from station.vision.overlay import draw_overlay
from ui.words.i18n import translator
from ui.words.reasons import message
from ui.words.seen import by_area, counted, legend
from ui.words.vocabulary import KERNEL_CLASSES, word


def write_overlay(path: Path, photo: bytes, seen: Inspection) -> None:
    """The photo with outlines, legend and reasons as PNG. A photo that cannot be decoded has none; the
    inspection says why."""
    t = translator(LANGUAGE)
    picture = draw_overlay(
        photo,
        seen,
        words=legend(seen.classes, t),
        title=counted(seen.kernels, seen.cut, t) + by_area(seen.outlines, seen.by_area, t),
        reasons=[message(reason.code, reason.params, LANGUAGE) for reason in _said(seen)],
    )
    if picture is not None:
        path.write_bytes(picture)


def _said(seen: Inspection) -> list[Reason]:
    """Return why it was refused or what is remarked, and what the model does not see."""
    unseen = Reason(Code.PHOTO_UNSEEN, {"unseen": seen.unseen, "grams": seen.grams})
    return [*seen.reasons, *seen.remarks, *([unseen] if seen.classes and seen.unseen else [])]


def tell_inspection(photo: Path, result: Mapping[str, Any]) -> None:
    """The inspection as `silo inspect` prints it without --json."""
    t = translator(LANGUAGE)
    both = by_area(result["outlines"], result["by_area"], t)
    tell(f"{photo}: {counted(result['kernels'], result['cut'], t)}{both}")
    for name, share in result["classes"].items():
        tell("    " + _told_share(name, share, result.get("mass", {}).get(name)))
    if result["classes"]:
        tell("    " + message("photo_unseen", result, LANGUAGE))
        if result["judged"] < result["kernels"]:
            tell("    " + _("{judged} of {kernels} kernels judged").format_map(result))
    for name, number in result["numbers"].items():
        unit = " ".join(part for part in (number["unit"], number["basis"]) if part)
        tell(f"    {name}: {number['value']:.2f} ({number['low']:.2f} - {number['high']:.2f}) {unit}")
    if result["sizes"] is not None:
        _tell_sizes(result["sizes"])
    for reason in (*result["reasons"], *result["remarks"]):
        tell("    " + message(reason["code"], reason["params"], LANGUAGE))


def _told_share(name: str, share: Mapping[str, Any], mass: Mapping[str, float] | None) -> str:
    """ "broken: 12 kernels, 3.9% of all (2.1 to 6.0%), by mass 2.5% (estimated)"."""
    t = translator(LANGUAGE)
    text = _("{name}: {count} kernels, {share} of all ({low} to {high})").format(
        name=word(KERNEL_CLASSES, name, LANGUAGE),
        count=share["count"],
        share=t.percent(share["share"], 1),
        low=t.number(100 * share["low"], 1),
        high=t.percent(share["high"], 1),
    )
    if mass is not None:
        text += _(", by mass {mass} (estimated)").format(mass=t.percent(mass["share"], 1))
    return text + (_(": too wide to decide on") if share["wide"] else "")


def _tell_sizes(sizes: dict[str, dict[str, float]]) -> None:
    """Middle length and width, and between which limits eight of ten kernels lie."""
    number = translator(LANGUAGE).number
    length, width = (
        {share: number(value, 2) for share, value in sizes[side].items()}
        for side in ("length_mm", "width_mm")
    )
    text = _(
        "length {length} mm ({shortest} to {longest}), width {width} mm ({narrowest} to {widest})"
    ).format(
        length=length["p50"],
        shortest=length["p10"],
        longest=length["p90"],
        width=width["p50"],
        narrowest=width["p10"],
        widest=width["p90"],
    )
    tell("    " + text)
