"""The odds of a choice are written in grain terms: how likely load and cell meet the grade, and what the cell
will hold."""

from collections.abc import Iterable, Mapping
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.parameters import odds, parameter_texts
from ui.words.vocabulary import ANALYTES, word

_WITHOUT_GRADE = frozenset({"hold_cell", "quarantine_cell", "by_declaration"})
_UNKNOWN = frozenset({"known_later", "not_declared"})


def known_part(known_t: float | None, content_t: float, t: Translator) -> str:
    """Write, to be put behind a cell's mean, of how many tonnes it is known; nothing where it is of all."""
    if known_t is None or known_t >= 0.99 * content_t:
        return ""
    return t.gettext(N_(" (known of {tonnes})")).format(tonnes=t.tonnes(known_t))


def odds_texts(
    p_load_ok: float | None,
    p_cell_ok: float | None,
    after: Mapping[str, Any] | None,
    codes: Iterable[str],
    t: Translator,
) -> list[str]:
    """Write the odds of one ranked cell as they are stored; nothing for one of older proposals. `codes` are
    those of its reasons: a cell without a grade has no odds to meet it. `after` has the tonnes `t`, and
    {mean, u, unit, basis} by analyte."""
    texts = []
    if p_load_ok is not None and p_cell_ok is not None and _WITHOUT_GRADE.isdisjoint(codes):
        is_partly_known = not _UNKNOWN.isdisjoint(codes)
        text = t.gettext(
            N_("meets the grade by what is known: the load {load}, the cell with it {cell}")
            if is_partly_known
            else N_("meets the grade: the load {load}, the cell with it {cell}")
        )
        texts.append(text.format(load=odds(p_load_ok, t), cell=odds(p_cell_ok, t)))
    if after is not None and (content := _content(after, t)):
        text = t.gettext(N_("then {tonnes} at {content}"))
        texts.append(text.format(tonnes=t.tonnes(after["t"]), content=content))
    return texts


def _content(after: Mapping[str, Any], t: Translator) -> str:
    return ", ".join(_mean(name, one, t) for name, one in after.items() if name != "t")


def _mean(name: str, one: Mapping[str, Any], t: Translator) -> str:
    params = {"value": one["mean"], **{key: one.get(key) for key in ("u", "unit", "basis")}}
    return f"{word(ANALYTES, name, t.language)} {parameter_texts(params, t)['measured']}"
