"""What is said of a command that cannot be understood: the library's own sentences are English."""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import typer
from typer.exceptions import TyperException

from station.cli.say import LANGUAGE, Exit, _, tell
from ui.words.i18n import N_

_SENTENCES: Mapping[str, str] = {
    r"No such option: (?P<option>\S+)": N_("There is no option {option}."),
    r"No such command '(?P<command>.*)'\.": N_("There is no command {command}."),
    r"No such command '(?P<command>.*)'\. Did you mean (?P<near>.*)\?": N_(
        "There is no command {command}. Did you mean {near}?"
    ),
    r"Missing command\.": N_("A command is missing."),
    r"Got unexpected extra argument\(s\) \((?P<words>.*)\)": N_("This is one word too many: {words}."),
    r"Option '(?P<option>.*)' requires .*": N_("Option {option} needs a value."),
    r"Option '(?P<option>.*)' does not take a value\.": N_("Option {option} takes no value."),
    r"'(?P<word>.*)' is not one of (?P<choices>.*)\.": N_("{word} is none of {choices}."),
    r"'(?P<word>.*)' does not match the formats '(?P<form>[^']*)'.*\.": N_("write it as {form} (is {word})."),
}
_INSTANT = datetime(2027, 5, 31, 14, 5, tzinfo=UTC)
_HEADINGS: Mapping[str, str] = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "REQUIRED_LONG_STRING": N_("[required]"),
    "DEFAULT_STRING": N_("[default: {}]"),
    "ENVVAR_STRING": N_("[env var: {}]"),
}


def run(app: typer.Typer) -> int:
    """Run what the command line asks for; return the exit code."""
    if LANGUAGE != "en" and ("--help" in sys.argv or len(sys.argv) <= 3):
        _translate_help()
    try:
        code = app(standalone_mode=False, prog_name="silo")
    except TyperException as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # its help is on the screen
            tell(f"silo: {sentence(error)}")
            if context := getattr(error, "ctx", None):
                tell(_("See: {command}").format(command=f"{context.command_path} --help"))
        return error.exit_code
    except typer.Abort:
        tell(_("Ended: no answer came."))
        return Exit.NEGATIVE
    return code if isinstance(code, int) else Exit.DONE


def sentence(error: TyperException) -> str:
    """Say what is wrong, and with which of the command's words."""
    name = getattr(error, "param", None) and _shown_name(error)
    if isinstance(error, typer.BadParameter) and not error.message:
        return _("{name} is missing.").format(name=name)
    text = _value_text(error) or _library_text(error.message)
    return f"{name}: {text}" if name else text


def _shown_name(error: Any) -> str:
    return str(error.param.get_error_hint()).replace("'", "")


def _value_text(error: TyperException) -> str | None:
    """What a value of the wrong type must be, where the type says so."""
    from pydantic import ValidationError

    from ui.words.values import request_problem

    if not isinstance(error.__cause__, ValidationError):
        return None
    first = error.__cause__.errors()[0]
    if first["type"] == "value_error":  # the library's own check of it
        return _library_text(str(first["ctx"]["error"]))
    return request_problem(first["type"], {**first.get("ctx", {}), "input": first["input"]}, LANGUAGE) + "."


def _library_text(message: str) -> str:
    for pattern, ours in _SENTENCES.items():
        if found := re.fullmatch(pattern, message):
            told = found.groupdict()
            if "form" in told:  # shown by an instant that is written so
                told["form"] = _INSTANT.strftime(told["form"])
            return _(ours).format(**told)
    return message


def _translate_help() -> None:
    """The headings of the help are read when the library draws it, which it then imports."""
    from typer import rich_utils

    for name, heading in _HEADINGS.items():
        setattr(rich_utils, name, _(heading))
