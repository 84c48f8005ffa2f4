"""Write small texts that several screens share: a measured value, an age, a reason."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from station.api import schemas
from ui.words import reasons, vocabulary
from ui.words.agreement import FEMININE, typed_by
from ui.words.i18n import Translator

MAJORITY = 0.5
WARNING = "! "  # leads what a person should look at, whatever the colours

_UNDECIDED = ("arrived", "weighed", "waiting", "proposed")
# decimals on the screen; everything else has one
_DECIMALS = {"falling_number": 0, "don": 0, "insects": 0, "ergot": 2}


def amount(analyte: str, value: schemas.Value, t: Translator) -> str:
    """Write "11,8 %", or a dash where the instrument measured badly."""
    if value.value is None:
        return "—"
    return f"{t.number(value.value, _DECIMALS.get(analyte, 1))}\N{NO-BREAK SPACE}{value.unit}"


def amount_on_basis(analyte: str, value: schemas.Value, t: Translator) -> str:
    """Write the amount with its basis where that is not the plain one."""
    text = amount(analyte, value, t)
    if value.basis and value.basis != "as_is":
        text += f"\N{NO-BREAK SPACE}{vocabulary.basis_name(value.basis, t.language)}"
    return text


def short_value(name: str, value: schemas.Value, t: Translator) -> str:
    """Write "prot. 11,8 % MS": the short name, where there is one."""
    short = vocabulary.SHORT_ANALYTES.get(name)
    return f"{t.gettext(short) if short else analyte(name, t)} {amount_on_basis(name, value, t)}"


def marked_value(name: str, value: schemas.Value, t: Translator, *, to_confirm: bool) -> str:
    """Write the short value with its uncertainty, marked where a control of what measured it failed."""
    text = short_value(name, value, t)
    if value.value is not None and value.u is not None:
        text += f" (±\N{NO-BREAK SPACE}{t.plain(value.u, 2)})"
    return t.gettext("{value} (to be confirmed)").format(value=text) if to_confirm else text


def findings_text(findings: Sequence[str], t: Translator) -> str:
    """Write what a visual check found."""
    return ", ".join(vocabulary.word(vocabulary.FINDINGS, one, t.language) for one in findings)


def value_list(values: Mapping[str, schemas.Value], t: Translator) -> str:
    """Write values by analyte, each with its amount."""
    return ", ".join(
        f"{analyte(name, t)} {amount_on_basis(name, value, t)}" for name, value in values.items()
    )


def with_trailer(plate: str, trailer: str | None) -> str:
    """Write the vehicle with its trailer, where it draws one."""
    return f"{plate} + {trailer}" if trailer else plate


def age(at: datetime | None, now: datetime | None, t: Translator) -> str:
    """Write how long ago something was, by the station's clock; "?" before the station was heard."""
    if at is None or now is None:
        return "?"
    return t.age((now - at).total_seconds())


def reason_text(reason: schemas.Reason, t: Translator) -> str:
    """Write the sentence here, so that it follows the terminal's language; a code that is not known here is
    said in the station's words."""
    if reasons.is_known(reason.code) or not reason.message:
        return reasons.message(reason.code, reason.params, t.language)
    return reasons.capital(reason.message)


def reason_texts(given: Iterable[schemas.Reason], t: Translator) -> list[str]:
    """Write each sentence once; what comes later from a laboratory is one sentence for all analytes."""
    reasons_given = list(given)
    later = [str(one.params.get("analyte")) for one in reasons_given if one.code == "known_later"]
    texts = [reason_text(one, t) for one in reasons_given if one.code != "known_later"]
    if later:
        names = ", ".join(analyte(name, t) for name in dict.fromkeys(later))
        texts.append(t.gettext("Known later: {analytes}").format(analytes=names))
    return list(dict.fromkeys(texts))


def reason_list(given: Iterable[schemas.Reason], t: Translator) -> str:
    return t.listed(reason_texts(given, t))


def reasons_against(given: Sequence[schemas.Reason], t: Translator) -> str:
    """Write only what speaks against; all of it where nothing clearly does."""
    return reason_list([reason for reason in given if reason.code in reasons.AGAINST] or given, t)


def photo_in_short(given: Sequence[schemas.Reason], t: Translator) -> str:
    """Write what the newest photo says in two words, "photo: 98% whole", or "photo: no opinion"; the rest is
    behind the load's own key."""
    words = {
        "photo_refused": t.gettext("refused, take another"),
        "photo_pending": t.gettext("being judged"),
        "no_model": "",
        "no_opinion": "",
        "no_model_for": t.gettext("counted only"),
        "photo_counted": t.gettext("counted only"),
        "photo_shares": "",
    }
    if not given:
        return ""
    newest = next((reason for reason in reversed(given) if reason.code in words), given[-1])
    text = words.get(newest.code) or _greatest_share(newest.params.get("shares"), t)
    if newest.code == "photo_number":
        text = _number(newest.params, t)
    return t.named(t.gettext("photo"), text or t.gettext("no opinion"))


def _number(params: Mapping[str, Any], t: Translator) -> str:
    """Write "protein 11.8 %", of what a photo says beside its kernels."""
    value = params.get("value")
    if not isinstance(value, int | float):
        return ""
    return f"{analyte(str(params.get('analyte')), t)} {t.number(value)}\N{NO-BREAK SPACE}{params.get('unit')}"


def photo_wanted(load: schemas.LoadRow, t: Translator) -> str:
    """Write "photo asked for: drawn by lot" until it has come or the load is decided; nobody waits for it."""
    if not load.photo_asked or load.photo_taken or load.state not in _UNDECIDED:
        return ""
    text = reason_text(load.photo_asked[0], t)
    return text[:1].lower() + text[1:]


def _greatest_share(shares: object, t: Translator) -> str:
    """Write the class that most kernels have, where it is known well enough; else nothing."""
    known = {
        str(name): part["share"]
        for name, part in (shares.items() if isinstance(shares, Mapping) else ())
        if isinstance(part, Mapping) and isinstance(part.get("share"), int | float) and not part.get("wide")
    }
    if not known:
        return ""
    name = max(known, key=lambda one: known[one])
    if known[name] < MAJORITY:
        return ""
    word = vocabulary.word(vocabulary.KERNEL_CLASSES, name, t.language).split(",")[0]
    return f"{t.percent(known[name])} {word}"


def claims(names: Sequence[str], t: Translator) -> str:
    return ", ".join(vocabulary.claim_name(name, t.language) for name in names)


def species(name: str, t: Translator) -> str:
    return vocabulary.species_name(name, t.language)


def analyte(name: str, t: Translator) -> str:
    return vocabulary.analyte_name(name, t.language)


def origin_name(device: str | None, typist: str | None, t: Translator, form: str = FEMININE) -> str:
    """Name the instrument, or write "typed by NAME", in the form of what was typed: a reading, an analyte."""
    if typist:
        return typed_by(form, typist, t)
    return device or "?"


def weighing_role(role: str, t: Translator) -> str:
    """Write the role so that it stays on one line."""
    return vocabulary.word(vocabulary.WEIGHING_ROLES, role, t.language).replace(" ", "\N{NO-BREAK SPACE}")
