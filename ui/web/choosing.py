"""Choose a stored comparison: a plain form of what there is, and the question that is nearest to what was
asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ui.words import vocabulary
from ui.words.i18n import N_, Translator
from ui.words.quality import METHODS

Asked = Mapping[str, str]
PAIR = "pair"  # one field of a form for two of a question: test and reference
KEYS: Mapping[str, tuple[str, ...]] = {
    "pair": ("analyte", PAIR, "source", "species", "period"),
    "groups": ("analyte", PAIR, "source", "species", "period"),
    "three_ways": ("analyte", "species", "period"),
    "who_was_right": ("analyte", "species", "period"),
    "watch": ("analyte", "method", "source", "species"),
    "fairness": ("analyte", "species", "period"),
}
_LABELS: Mapping[str, str] = {
    "analyte": N_("What"),
    PAIR: N_("Methods"),
    "method": N_("Method"),
    "source": N_("Instrument or phone"),
    "species": N_("Species"),
    "period": N_("Period"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FormField:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The question that is answered; `is_nearest`: what was asked is not stored, this is the nearest."""

    asked: Asked
    is_nearest: bool


def choose(page: str, choices: Sequence[Asked], given: Mapping[str, str]) -> Chosen | None:
    """Return the stored question that fits what is given, field by field; None where nothing is stored. What
    is not given is the widest: every source, every species, the whole campaign."""
    left, missed = list(choices), False
    for key in KEYS[page]:
        if (wanted := given.get(key)) is not None:
            fitting = [asked for asked in left if value_of(asked, key) == wanted]
            missed = missed or not fitting
            left = fitting or left
    best = min(left, key=lambda asked: [value_of(asked, key) for key in KEYS[page]], default=None)
    return None if best is None else Chosen(best, missed)


def value_of(asked: Asked, key: str) -> str:
    return f"{asked['test']}-{asked['reference']}" if key == PAIR else str(asked.get(key, ""))


def query_of(page: str, asked: Asked) -> dict[str, str]:
    """Return the fields of the form that ask this."""
    return {key: value_of(asked, key) for key in KEYS[page]}


def form_of(
    page: str, choices: Sequence[Asked], chosen: Asked, sources: Mapping[str, str], t: Translator
) -> list[FormField]:
    """Return the form's fields with what is stored of each."""
    return [
        FormField(key, t.gettext(_LABELS[key]), tuple(_options(key, choices, chosen, sources, t)))
        for key in KEYS[page]
    ]


def _options(
    key: str, choices: Iterable[Asked], chosen: Asked, sources: Mapping[str, str], t: Translator
) -> Iterable[Option]:
    values = {value_of(asked, key) for asked in choices}
    named = sorted((value != "", words_for(key, value, sources, t), value) for value in values)
    for _, words, value in named:
        yield Option(value, words, value == value_of(chosen, key))


def words_for(key: str, value: str, sources: Mapping[str, str], t: Translator) -> str:
    """Write what a field's value means."""
    language = t.language
    if key == "analyte":
        return vocabulary.analyte_name(value, language)
    if key == PAIR:
        return " – ".join(vocabulary.word(METHODS, one, language) for one in value.split("-"))
    if key == "method":
        return vocabulary.word(METHODS, value, language)
    if key == "period":
        return vocabulary.word(vocabulary.PERIODS, value, language)
    if key == "species":
        return vocabulary.species_name(value, language) if value else t.gettext("all species")
    return sources.get(value, value) if value else t.gettext("all of them")
