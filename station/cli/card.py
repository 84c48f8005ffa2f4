"""`silo card`: the printable reference card."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.file_words import end_of
from station.cli.say import LANGUAGE, _, tell
from ui.words.i18n import N_, Translator, translator

if TYPE_CHECKING:
    from station.vision.card.layout import Layout


class PaperSize(StrEnum):
    A4 = "a4"
    A5 = "a5"


class Language(StrEnum):
    FR = "fr"
    EN = "en"


TITLE = N_("Silo Station · reference card {paper} · layout {version}")
RULER = N_("This line must measure 100 mm.")
ADVICE = (
    N_(
        "Print at 100 % (actual size, no fit to page), then lay a ruler on the 100 mm line: the photo cannot"
        " tell a card printed at another size, and all sizes would be wrong by as much."
    ),
    N_(
        "Lay it flat, spread the grain in one layer inside the frame, hold the phone level above and take"
        " the whole card."
    ),
    N_("Greys and paper set the white balance; an office printer's colours are only near the true ones."),
)


def register(app: typer.Typer) -> None:
    app.command("card", help=_("The reference card to print: with it a photo has millimetres."))(card)


def card(
    pdf: Annotated[Path, typer.Option(help=_("Where the PDF is written."))],
    paper: Annotated[PaperSize, typer.Option(help=_("Paper size."))] = PaperSize.A4,
    language: Annotated[
        Language | None, typer.Option(help=_("Language of the words on it; else yours."))
    ] = None,
) -> None:
    from station.vision.card.layout import LAYOUTS

    page = card_page(LAYOUTS[paper], translator(language or LANGUAGE))
    try:
        pdf.write_bytes(page)
    except OSError as error:
        end_of(pdf, error)
    tell(_("{file}: print it at 100 % and check its 100 mm line with a ruler").format(file=pdf))


def card_page(layout: "Layout", words: Translator) -> bytes:
    """The PDF of one card in the reader's words."""
    from station.vision.card.layout import VERSION
    from station.vision.card.pdf import card_pdf

    title = words.gettext(TITLE).format(paper=layout.paper.upper(), version=VERSION)
    return card_pdf(layout, title, [words.gettext(text) for text in ADVICE], words.gettext(RULER))
