"""What was typed agrees, in French, with the noun that it is said of; English has one form for all."""

from collections.abc import Mapping

from ui.words.i18n import Translator

MASCULINE, FEMININE, MASCULINES, FEMININES = "masculine", "feminine", "masculine plural", "feminine plural"

# Of the French names of analytes; one that is not here is masculine.
FORMS: Mapping[str, str] = {
    "moisture": FEMININE,
    "protein": FEMININES,
    "temperature": FEMININE,
    "oil": FEMININE,
    "broken": MASCULINES,
    "impurities": FEMININES,
    "sprouted": MASCULINES,
    "insects": MASCULINES,
    "vitreousness": FEMININE,
    "variety_purity": FEMININE,
    "germination": FEMININE,
    "t2_ht2": FEMININES,
    "pre_sprouted": MASCULINES,
    "misc_impurities": FEMININES,
    "grain_impurities": FEMININES,
    "damaged": MASCULINES,
    "other_grains": MASCULINES,
}


def form_of(analyte: str) -> str:
    return FORMS.get(analyte, MASCULINE)


def typed(form: str, t: Translator) -> str:
    """Write "typed" of a noun of this form."""
    words = {
        MASCULINE: t.pgettext("masculine", "typed"),
        FEMININE: t.pgettext("feminine", "typed"),
        MASCULINES: t.pgettext("masculine plural", "typed"),
        FEMININES: t.pgettext("feminine plural", "typed"),
    }
    return words[form]


def typed_by(form: str, name: str, t: Translator) -> str:
    """Write "typed by NAME" of a noun of this form."""
    return t.gettext("{typed} by {name}").format(typed=typed(form, t), name=name)
