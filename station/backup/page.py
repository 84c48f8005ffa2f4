"""The page for whoever takes over with a spare box: one sheet, read beside the boxes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from drivers.redaction import redacted
from station.site.file import SiteSettings
from ui.words.i18n import N_, Translator

TITLE = N_("{site}: a spare box takes over")
FIRST = N_("UNPLUG THE OLD BOX: power and network. It stays unplugged, also when it works again.")
STEPS = (
    N_("Take the printed tickets of today: the highest number on paper is No. ____________"),
    N_(
        "Plug this disk and the network into the spare box. On a new Debian install Silo Station first, with "
        "any site file: ./silo install --config examples/site.toml"
    ),
    N_("Give the spare box the address of the old one: terminals and phones look for {address}."),
    N_("Plug the instruments in as they were: {ports}."),
    N_("Mount the disk at {folder}, become root (su - or sudo -i), then type:"),
    N_(
        "It asks for the highest number on paper: from then on the old box accepts nothing. The last command "
        "starts the station. Where it names silo post reconcile, type before the last command: {reconcile}"
    ),
    N_(
        "On the terminal: sign in as always. Each load that was on site asks whether it was closed on paper: "
        "answer it with the paper in hand."
    ),
    N_("Compare the weight on the screen with the bridge's display before the first truck."),
)
SECRETS = N_(
    "This disk holds the tokens, the passwords and all names, readable by its owner only (mode 0600) where "
    "the disk keeps rights: keep it as you keep the keys of the silo."
)
NO_INSTRUMENTS = N_("none by wire")
WIDTH, HANG = 78, 4
INSTALLED = "/etc/silo/site.toml"  # where `silo install` puts the site file, which is root's


@dataclass(frozen=True, slots=True)
class Page:
    """`steps` are numbered; `commands` stand below the step `commands_after`."""

    title: str
    first: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]
    commands_after: int
    secrets: str

    @property
    def text(self) -> str:
        lines = [_filled(self.first), "", self.title, ""]
        for number, step in enumerate(self.steps, start=1):
            hang = " " * HANG
            lines += [_filled(f"{number}.".ljust(HANG) + step, hang), ""]
            if number == self.commands_after:
                lines += [*(f"{hang}{command}" for command in self.commands), ""]
        return "\n".join([*lines, _filled(self.secrets), ""])


def _filled(text: str, hang: str = "") -> str:
    return fill(text, WIDTH, subsequent_indent=hang, break_on_hyphens=False, break_long_words=False)


def page_of(settings: SiteSettings, config: str, words: Translator) -> Page:
    """The page in the reader's words; `config` is where the site file lies on the box."""
    folder = str(settings.backup.folder) if settings.backup else "/media/silo"
    ports = [f"{one.name} {redacted(one.port)}" for one in settings.instruments]
    as_silo = "runuser -u silo -- " if config == INSTALLED else ""
    told = {
        "site": settings.site.name,
        "address": settings.server.url,
        "ports": "; ".join(ports) or words.gettext(NO_INSTRUMENTS),
        "folder": folder,
        "config": config,
        "reconcile": f"{as_silo}silo post reconcile --config {config}",
    }
    steps = tuple(words.gettext(step).format(**told) for step in STEPS)
    return Page(
        title=words.gettext(TITLE).format(**told),
        first=words.gettext(FIRST),
        steps=steps,
        commands=_commands(folder, config),
        commands_after=5,
        secrets=words.gettext(SECRETS),
    )


def _commands(folder: str, config: str) -> tuple[str, ...]:
    """On an installed box all becomes the property of its user, who has another number on another box; then
    the installation gives the site file its rights back and the broker its users."""
    restore, options = f"silo restore {folder} \\", f"    --take-over --replace --config {config}"
    if config != INSTALLED:
        return restore, options, f"silo serve --config {config}"
    return (
        "systemctl stop silo",
        f"chown -R silo: {Path(config).parent} {folder}",
        f"runuser -u silo -- {restore}",
        options,
        f"silo install --config {config}",
    )


def page_pdf(page: Page) -> bytes:
    """One A4 sheet. Raises ValueError where the words need more."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415  only whoever prints needs it
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(page.title)
    width, top = A4[0] - 40 * mm, A4[1] - 25 * mm
    left, y = 20 * mm, top
    for font, size, text, indent in _pieces(page):
        for line in _lines(text, font, size, width - indent):
            y -= size * 1.35
            if y < 15 * mm:
                raise ValueError("the page has no room for all of it")
            canvas.setFont(font, size)
            canvas.drawString(left + indent, y, line)
        y -= size * 0.6
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pieces(page: Page) -> Sequence[tuple[str, float, str, float]]:
    """Font, size, text and indent of what stands one below the other."""
    pieces = [("Helvetica-Bold", 20.0, page.first, 0.0), ("Helvetica-Bold", 13.0, page.title, 0.0)]
    for number, step in enumerate(page.steps, start=1):
        pieces.append(("Helvetica", 11.5, f"{number}.  {step}", 0.0))
        if number == page.commands_after:
            pieces += [("Courier-Bold", 10.5, command, 20.0) for command in page.commands]
    return [*pieces, ("Helvetica-Oblique", 10.0, page.secrets, 0.0)]


def _lines(text: str, font: str, size: float, width: float) -> list[str]:
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415

    return list(simpleSplit(text, font, size, width))
