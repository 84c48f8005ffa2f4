"""How an inspection is told to a person: lines of text, and the photo with what was seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.cli.say import LANGUAGE, _, tell
from station.grain.inspection import Inspection
from station.grain.reasons import Code, Reason
from station.vision.overlay import CALLED, CORRECTED, NO_CLASS, draw_overlay
from ui.words.i18n import translator
from ui.words.reasons import message
from ui.words.vocabulary import KERNEL_CLASSES, word


def write_overlay(path: Path, photo: bytes, seen: Inspection) -> None:
    """The photo with outlines, legend and reasons as PNG. A photo that cannot be decoded has none; the
    inspection says why."""
    picture = draw_overlay(
        photo,
        seen,
        words={
            **{name: word(KERNEL_CLASSES, name, LANGUAGE) for name in seen.classes},
            NO_CLASS: _("counted, no class"),
            CALLED: _("called so"),
            CORRECTED: _("corrected"),
        },
        title=_counted(seen.kernels, seen.cut) + _by_area(seen.outlines, seen.by_area),
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
    counted = _counted(result["kernels"], result["cut"]) + _by_area(result["outlines"], result["by_area"])
    tell(f"{photo}: {counted}")
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


def _counted(kernels: int | None, cut: int | None) -> str:
    if kernels is None:
        return _("refused")
    return _("{kernels} kernels, {cut} cut by the edge").format(kernels=kernels, cut=cut)


def _by_area(outlines: int | None, by_area: float | None) -> str:
    """Add both counts where the second one could be made."""
    if outlines is None or by_area is None:
        return ""
    number = translator(LANGUAGE).number(by_area, 0)
    return _(" ({outlines} outlines, {by_area} by area)").format(outlines=outlines, by_area=number)


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
