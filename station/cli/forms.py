"""`silo form`: what the intake asks, as files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.cli.counter import ask, in_name_of
from station.cli.errors import settings_of
from station.cli.files import read_bytes
from station.cli.options import ConfigOption, JsonOption, PinOption, WhyOption
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell
from ui.words.i18n import translator
from ui.words.vocabulary import species_name

FormArgument = Annotated[Path, typer.Argument(help=_("The form's JSON file."))]
ByOption = Annotated[str, typer.Option(help=_("The manager who answers for it; the PIN is asked."))]


def register(app: typer.Typer) -> None:
    form = typer.Typer(no_args_is_help=True, help=_("The questions that the intake asks."))
    form.command("verify", help=_("Whether a form can be used."))(verify)
    form.command("install", help=_("Asks it from now on, in the place of an earlier version."))(install)
    form.command("list", help=_("The forms that are asked, as JSON lines."))(list_forms)
    form.command("show", help=_("A form's questions, in words."))(show_form)
    form.command("withdraw", help=_("Asks it no more; what was answered stays."))(withdraw)
    app.add_typer(form, name="form")


def verify(form: FormArgument, as_json: JsonOption = False) -> None:
    from station.grain.form_reading import parse_form
    from station.grain.forms import FormWrong
    from ui.words.forms import form_problem

    try:
        read = parse_form(_text(form))
    except FormWrong as wrong:
        problem = form_problem(wrong.code, wrong.where, LANGUAGE)
        if as_json:
            out({"form": str(form), "passed": False, "code": wrong.code, "where": wrong.where})
        fail(translator(LANGUAGE).named(str(form), problem), Exit.NEGATIVE)
    if as_json:
        out({"form": read.name, "version": read.version, "questions": len(read.questions), "passed": True})
    else:
        text = _("{name} {version} can be used: {count} questions.")
        tell(text.format(name=read.name, version=read.version, count=len(read.questions)))


def install(
    form: FormArgument, config: ConfigOption, by: ByOption, pin: PinOption = None, why: WhyOption = ""
) -> None:
    body = {"content": _text(form), "why": why or form.name}
    made = ask(config, "POST", "/forms", body, headers=in_name_of(by, pin))
    tell(_("{name} {version} is asked from now on.").format(name=made["name"], version=made["version"]))
    if elsewhere := [one for one in made["species"] if one not in settings_of(config).site.species]:
        names = ", ".join(species_name(one, LANGUAGE) for one in elsewhere)
        tell(_("This site does not take: {species}").format(species=names))


def list_forms(config: ConfigOption) -> None:
    for row in ask(config, "GET", "/forms"):
        del row["questions"]  # `show` has them
        out(row)


def show_form(name: str, config: ConfigOption) -> None:
    form = next((one for one in ask(config, "GET", "/forms") if one["name"] == name), None)
    if form is None:
        fail(_("no form {name} is installed here").format(name=name), Exit.NEGATIVE)
    t = translator(LANGUAGE)
    show(f"{form['title']} ({form['name']} {form['version']})")
    for one in form["questions"]:
        marks = [_("required")] if one["required"] else []
        marks += [
            _("asked if {condition}").format(condition=f"{other} = {', '.join(map(_answer, wanted))}")
            for other, wanted in one["asked_if"].items()
        ]
        show("  " + t.named(one["code"], " — ".join([one["title"], *marks])))
        for choice in one["choices"]:
            show("    " + t.named(choice["code"], choice["title"]))


def _answer(said: Any) -> str:
    return (_("yes") if said else _("no")) if isinstance(said, bool) else str(said)


def withdraw(
    name: str, config: ConfigOption, by: ByOption, pin: PinOption = None, why: WhyOption = ""
) -> None:
    ask(config, "POST", "/forms/withdraw", {"name": name, "why": why or name}, headers=in_name_of(by, pin))
    tell(_("{name} is asked no more.").format(name=name))


def _text(file: Path) -> str:
    return read_bytes(file).decode("utf-8-sig", errors="replace")
