"""A manager's laptop answers the six figures that an operator reads out; it asks no network for it."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli.say import LANGUAGE, Exit, _, fail, show, tell

PAGE = Path(__file__).parents[2] / "ui" / "phone" / "approve.html"


def register(app: typer.Typer) -> None:
    app.command("approve", help=_("Answers an operator's six figures by the secret of silo person enrol."))(
        approve
    )


def approve(
    challenge: Annotated[str, typer.Argument(help=_("The six figures that are read out."))],
    secret_file: Annotated[
        Path | None, typer.Option(help=_("The file that holds the secret; else it is asked."))
    ] = None,
) -> None:
    from station.acts import answers
    from ui.words.vocabulary import GUARDED, word

    figures = "".join(challenge.split())
    if not answers.is_challenge(figures):
        fail(
            _("{text} is no challenge: six figures, the first from 1 to 8").format(text=challenge), Exit.USAGE
        )
    try:
        secret = answers.read_secret(_typed(secret_file))
    except (OSError, ValueError) as error:
        fail(_("the secret cannot be read: {error}").format(error=error), Exit.USAGE)
    told = ", ".join(word(GUARDED, rule, LANGUAGE) for rule in answers.rules_of(figures))
    tell(_("every such load: {rules}").format(rules=told) if answers.is_standing(figures) else told)
    tell(_("The figures tell the rule, not the load: have plate, product and cell read to you."))
    answer = answers.answer_to(figures, secret)
    show(f"{answer[:4]} {answer[4:]}")


def save_page(file: Path) -> None:
    """Copies the phone's page to where the installer can send it from."""
    try:
        file.write_bytes(PAGE.read_bytes())
    except OSError as error:
        fail(_("the page cannot be saved: {error}").format(error=error), Exit.USAGE)


def _typed(secret_file: Path | None) -> str:
    if secret_file is not None:
        return secret_file.read_text(encoding="utf-8")
    return str(typer.prompt(_("Secret"), hide_input=True))
