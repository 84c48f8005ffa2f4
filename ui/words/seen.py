"""What stands under a photo on which it is drawn what a model saw: counts, classes, reasons."""

from collections.abc import Iterable

from ui.words.i18n import Translator
from ui.words.vocabulary import KERNEL_CLASSES, word


def counted(kernels: int | None, cut: int | None, t: Translator) -> str:
    if kernels is None:
        return t.gettext("refused")
    return t.gettext("{kernels} kernels, {cut} cut by the edge").format(kernels=kernels, cut=cut)


def by_area(outlines: int | None, by_area: float | None, t: Translator) -> str:
    """Add both counts where the second one could be made."""
    if outlines is None or by_area is None:
        return ""
    number = t.number(by_area, 0)
    return t.gettext(" ({outlines} outlines, {by_area} by area)").format(outlines=outlines, by_area=number)


def legend(classes: Iterable[str], t: Translator) -> dict[str, str]:
    """The words of the legend, by the names that the drawing has for them."""
    return {
        **{name: word(KERNEL_CLASSES, name, t.language) for name in classes},
        "no class": t.gettext("counted, no class"),
        "called so": t.gettext("called so"),
        "corrected": t.gettext("corrected"),
    }
