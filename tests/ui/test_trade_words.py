"""The French catalogue speaks as a weighbridge does: one word for one thing, and no English one."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from ui.words.agreement import FORMS, form_of, typed, typed_by
from ui.words.catalogue import read_catalogue
from ui.words.i18n import translator
from ui.words.vocabulary import ANALYTES, analyte_name

# What a French text never says, and what it says instead.
FORBIDDEN = {
    r"grades?": "qualité",
    r"composites?": "échantillon moyen",
    r"disputes?|litiges?": "contestation",
    r"lots?": "apport",
    r"(sorting|tris?|trier)": "allotement",
    r"courtoisie": "essai avant récolte",
    r"courtiers?": "broker MQTT: the other word buys and sells grain",
    r"entr(er|ez) (une|l')": "saisir",
    r"tickets?": "bon",
    r"scell[ée]s?": "n° DSD",
    r"jeux? de règles|barèmes?": "référentiel",
    r"samples?|cells?|loads?": "the French word",
}
# What a French text says wherever the English one has this.
DEMANDED = {r"\bgrades?\b": "qualité", r"\bsealed No\.|\bsealed numbers?": "DSD"}


def texts() -> Iterator[tuple[str, str]]:
    """Every English text with its French ones, without placeholders, options and commands."""
    for message in read_catalogue("fr"):
        if message.id:
            for french in _all(message.string):
                yield _all(message.id)[0], _plain(french)


def _all(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def _plain(text: str) -> str:
    """Leave out what a person types as it is: commands, options, keys of files, addresses."""
    return re.sub(
        r"\{[^}]*\}|\bsilo( hub)? \w+( \w+)?|--[\w-]+|\w*_\w+|\w+\.\w+|\S+://\S+|\[\w+\]( \w+)?", "…", text
    )


@pytest.mark.parametrize("wrong", FORBIDDEN)
def test_no_french_text_says_it(wrong: str) -> None:
    pattern = re.compile(rf"\b({wrong})(?!\w)", re.IGNORECASE)
    assert [french for _, french in texts() if pattern.search(french)] == [], FORBIDDEN[wrong]


@pytest.mark.parametrize("english", DEMANDED)
def test_the_french_text_has_the_trades_word(english: str) -> None:
    lacking = [
        french
        for source, french in texts()
        if re.search(english, re.sub(r"\{[^}]*\}", "", source)) and DEMANDED[english] not in french
    ]
    assert lacking == []


def test_the_patterns_find_what_they_forbid() -> None:
    message = Message("the grade", string="le lot de cette grade")
    text = _plain(str(message.string))
    assert [wrong for wrong in FORBIDDEN if re.search(rf"\b({wrong})(?!\w)", text)] == [r"grades?", r"lots?"]


def test_what_was_typed_agrees_with_what_it_is_said_of() -> None:
    t = translator("fr")
    said = {name: f"{analyte_name(name, 'fr')} {typed(form_of(name), t)}" for name in ANALYTES}
    assert said["moisture"] == "humidité tapée"
    assert said["protein"] == "protéines tapées"
    assert said["broken"] == "cassés tapés"
    assert said["test_weight"] == "poids spécifique tapé"
    assert typed_by(form_of("moisture"), "Anne", translator("en")) == "typed by Anne"
    assert set(FORMS) <= set(ANALYTES)


@pytest.mark.parametrize("name", ANALYTES)
def test_the_form_fits_the_end_of_the_french_name(name: str) -> None:
    """Plural names end with s; those in -ité, -ure and -tive are feminine."""
    first, form = analyte_name(name, "fr").split()[0], form_of(name)
    is_plural = first.endswith("s") and first not in ("poids",)
    assert ("plural" in form) == (is_plural or name == "t2_ht2")
    assert not re.search(r"(ité|eté|ture|tés)$", first) or form.startswith("feminine")
