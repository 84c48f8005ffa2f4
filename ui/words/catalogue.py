"""Keep the translations complete: `python -m ui.words.catalogue` brings every catalogue up to the sources.

New texts come in untranslated, texts that are gone go; a test fails until each is translated. Only people
who change texts need this; the terminal and the station read the catalogues as they are.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ui.words.i18n import DOMAIN, LANGUAGES, SOURCE_LANGUAGE, catalogue_path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("ui", "station")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]


def template() -> Catalog:
    """Collect every text in the sources that is marked for translation, with the files it stands in; the
    dock, which knows no languages, has the help of its settings."""
    found = Catalog(domain=DOMAIN, fuzzy=False)
    for room in ROOMS:
        texts = extract_from_dir(str(ROOT / room), method_map=METHODS)
        for file, line, text, comments, context in texts:
            found.add(text, locations=[(f"{room}/{file}", line)], auto_comments=comments, context=context)
    keywords = {"Setting": (3,), "open_setting": (2,)}
    helps = extract_from_dir(str(ROOT / "drivers"), [("**.py", "python")], keywords=keywords)
    for file, line, text, comments, context in helps:
        found.add(text, locations=[(f"drivers/{file}", line)], auto_comments=comments, context=context)
    return found


def read_catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as source:
        return read_po(source, locale=language, domain=DOMAIN)


def update(language: str) -> None:
    """Write the language's catalogue with exactly the texts of the sources; translations are kept, and never
    guessed from similar texts."""
    path = catalogue_path(language)
    catalogue = read_catalogue(language) if path.exists() else Catalog(language, domain=DOMAIN)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write(language, catalogue)


def write(language: str, catalogue: Catalog) -> None:
    """Write texts only: what a header would say (charset, plurals) the language already says."""
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=100, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != SOURCE_LANGUAGE:
            update(language)
