"""What is wrong of what was said of a farm store, and how sure its content is, in words."""

from collections.abc import Mapping

from ui.words.i18n import N_, translator

_PROBLEMS: Mapping[str, str] = {
    "by": N_("Say who writes it."),
    "why": N_("Give a reason, in at most 120 characters."),
    "id": N_("'{value}' is no id: letters, figures and hyphens, at most 30."),
    "name": N_("Give it a name, in at most 120 characters."),
    "owner": N_("Say whose store it is, in at most 120 characters."),
    "place": N_("A place has a latitude (-90 to 90) and a longitude (-180 to 180)."),
    "known": N_("'{value}' is there already."),
    "species": N_("'{value}' is no species that is known here."),
    "capacity": N_("A capacity is over 0 t."),
    "farm": N_("No farm store '{value}' is known here."),
    "cell": N_("The store has no cell '{value}'."),
    "kind": N_("'{value}' cannot be noted so: in, out, counted or declared; from a silo only in or out."),
    "kg": N_("This weight cannot be."),
    "at": N_("{value} is not over yet."),
    "ticket": N_("No ticket {value} has arrived at headquarters."),
    "movement": N_("No movement {value} has arrived at headquarters."),
    "twice": N_("{value} is noted already."),
}
SURE: Mapping[str, str] = {
    "counted": N_("counted"), "declared": N_("declared by the owner"), "booked": N_("worked out from moves"),
    "unknown": N_("nothing known"),
}  # fmt: skip
MOVES: Mapping[str, str] = {
    "in": N_("came in"), "out": N_("went out"), "counted": N_("counted"),
    "declared": N_("declared by the owner"),
}  # fmt: skip


def farm_problem(part: str, value: str, language: str) -> str:
    return translator(language).gettext(_PROBLEMS[part]).format(value=value)


def sure_name(sure: str, language: str) -> str:
    return translator(language).gettext(SURE[sure])
