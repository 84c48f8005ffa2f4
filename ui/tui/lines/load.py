"""Write one load in words: its evidence, its photo, why this cell and why not the others."""

from dataclasses import dataclass
from datetime import tzinfo

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import Column
from ui.tui.lines.queue import load_state, way
from ui.tui.lines.texts import (
    WARNING,
    age,
    amount,
    analyte,
    claims,
    findings_text,
    origin_name,
    photo_wanted,
    reason_list,
    reason_text,
    reason_texts,
    reasons_against,
    species,
    value_list,
    with_trailer,
)
from ui.words import vocabulary
from ui.words.agreement import form_of
from ui.words.i18n import Translator
from ui.words.odds import odds_texts
from ui.words.parameters import parameter_texts

_DECISIVE = ("meets", "cell_stays", "average_grants", "claims_honoured")


@dataclass(frozen=True, slots=True)
class LoadSection:
    """A section has a heading and entries; an entry is one paragraph or the cells of a table line."""

    title: str
    entries: tuple[str | tuple[str, ...], ...]


def evidence_columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Value"), 20, flex=1),
        Column(t.gettext("Result"), 12, right=True),
        Column(t.gettext("Basis"), 10),
        Column(t.gettext("From"), 22, flex=2),
        Column(t.gettext("Age"), 8, right=True),
    ]


def headline(load: schemas.Load, board: Board, t: Translator) -> str:
    """Write plate, supplier, species, sample and weight in one paragraph."""
    parts = [with_trailer(load.plate, load.trailer), load.supplier, species(load.species, t)]
    if load.claims:
        parts.append(claims(load.claims, t).upper())
    parts.append(t.gettext("load {number}").format(number=load.position))
    parts.append(
        t.gettext("sample {barcode}").format(barcode=load.barcode)
        if load.barcode
        else t.gettext("no sample yet")
    )
    if load.gross_kg is not None:
        parts.append(t.gettext("gross {kg}").format(kg=t.kg(load.gross_kg)))
    if load.estimated_kg is not None:
        parts.append("~" + t.tonnes(load.estimated_kg / 1000))
    parts.append(load_state(load, board, t))
    if wanted := photo_wanted(load, t):
        parts.append(wanted)
    if load.provisional:
        parts.append(t.gettext("GRADE PROVISIONAL"))
    if load.revised:
        parts.append(t.gettext("a value came late: a manager looks at it"))
    return " · ".join(parts)


def end_texts(load: schemas.Load, zone: tzinfo | None, t: Translator) -> list[str]:
    """Write how the load ended without a ticket, who decided it and when, and why."""
    state = vocabulary.word(vocabulary.LOAD_STATES, load.state, t.language)
    parts = [state.upper()]
    if load.outcome_at is not None:
        parts.append(t.moment(load.outcome_at, zone))
    if load.outcome_by:
        parts.append(load.outcome_by)
    return [" · ".join(parts), load.outcome_reason]


def sections(load: schemas.Load, board: Board, t: Translator) -> list[LoadSection]:
    """Write everything known of the load, most useful first; empty sections are left out."""
    all_sections = [
        LoadSection(t.gettext("Evidence"), tuple(_value_texts(used, board, t) for used in load.values)),
        LoadSection(t.gettext("Photo"), _photo(load, t)),
        LoadSection(t.gettext("Why"), _why(load, t)),
        LoadSection(t.gettext("Other choices"), _other_choices(load, board, t)),
        LoadSection(t.gettext("Why not the others"), _refused_cells(load, board, t)),
        LoadSection(t.gettext("About the values"), _value_reasons(load, board, t)),
        LoadSection(t.gettext("Declared and seen"), _declaration(load, t)),
        LoadSection(t.gettext("Form"), _answers(load, t)),
        LoadSection(
            t.gettext("All readings"), tuple(_reading(reading, board, t) for reading in load.readings)
        ),
        LoadSection(t.gettext("Decided"), _decision(load, board, t)),
    ]
    return [section for section in all_sections if section.entries]


def _value_texts(used: schemas.UsedValue, board: Board, t: Translator) -> tuple[str, ...]:
    origin = _origin(used, board, t)
    return (
        (WARNING if used.to_confirm else "") + analyte(used.analyte, t),
        amount(used.analyte, used, t) + (f" ± {t.plain(used.u, 2)}" if used.u is not None else ""),
        vocabulary.basis_name(used.basis, t.language),
        t.gettext("{name}, to be confirmed").format(name=origin) if used.to_confirm else origin,
        age(used.at, board.now, t),
    )


def _origin(used: schemas.UsedValue, board: Board, t: Translator) -> str:
    """Name where the value comes from, its number of measurements, what an instrument says beside it, and by
    how much it is corrected; all the sources of one that is combined."""
    if used.parts:
        named = [
            t.gettext("photo") if part.kind == "photo" else board.device_name(part.name) or part.name
            for part in used.parts
        ]
        return " + ".join(dict.fromkeys(named))
    name = origin_name(board.device_name(used.device), used.typed_by, t, form_of(used.analyte))
    count = t.gettext("{name} (n={count})").format(name=name, count=used.n) if used.n > 1 else name
    over = next((reason.params for reason in used.reasons if reason.code == "typed_over"), None)
    if over is not None:
        return t.gettext("{name}, not {value}").format(name=count, value=t.plain(over["value"], 2))
    corrected = next((reason.params for reason in used.reasons if reason.code == "corrected"), None)
    if corrected is None:
        return count
    added = parameter_texts(corrected, t)["added"]
    return t.gettext("{name}, corr. {added}").format(name=count, added=added)


def _photo(load: schemas.Load, t: Translator) -> tuple[str, ...]:
    """Write why one is asked for, and what is said of those that came."""
    texts = [reason_text(reason, t) for reason in load.photo_asked]
    if load.photo_asked and not load.photo_taken:
        texts[0] += " · " + t.gettext("not taken")
    states = [
        vocabulary.word(vocabulary.CAPTURE_STATES, capture.state, t.language) for capture in load.captures
    ]
    return (*texts, *([reason_text(reason, t) for reason in load.photo] or states))


_NOT_AS_MEASURED = frozenset(
    {"corrected", "combined", "instruments_differ", "photo_differs", "by_photo", "legal_first"}
)


def _why(load: schemas.Load, t: Translator) -> tuple[str, ...]:
    """Write the reasons of the proposal as a whole, what is not as measured, those of its first choice."""
    if load.proposal is None:
        return ()
    judged = [one for used in load.values for one in used.reasons if one.code in _NOT_AS_MEASURED]
    reasons = [*load.proposal.reasons, *judged, *_choice_reasons(load.proposal)]
    chosen = next((ranked for ranked in load.proposal.ranked if _is_choice(ranked, load.proposal)), None)
    return (*(odds_of(chosen, t) if chosen else ()), *reason_texts(reasons, t))


def odds_of(ranked: schemas.Ranked, t: Translator) -> list[str]:
    """Write how likely load and cell meet the grade, and what the cell will hold."""
    after = ranked.after
    stored = None if after is None else {"t": after.t, **after.model_dump()["content"]}
    codes = [reason.code for reason in ranked.reasons]
    return odds_texts(ranked.p_load_ok, ranked.p_cell_ok, stored, codes, t)


def decisive(proposal: schemas.Proposal) -> list[schemas.Reason]:
    """List what the choice stands on: the limits that are met, and the claims."""
    return [reason for reason in _choice_reasons(proposal) if reason.code in _DECISIVE]


def _choice_reasons(proposal: schemas.Proposal) -> list[schemas.Reason]:
    chosen = next((ranked for ranked in proposal.ranked if _is_choice(ranked, proposal)), None)
    return chosen.reasons if chosen else []


def _is_choice(ranked: schemas.Ranked, proposal: schemas.Proposal) -> bool:
    return ranked.cell == proposal.cell and ranked.pit == proposal.pit


def _other_choices(load: schemas.Load, board: Board, t: Translator) -> tuple[str, ...]:
    if load.proposal is None:
        return ()
    others = [ranked for ranked in load.proposal.ranked if not _is_choice(ranked, load.proposal)]
    return tuple(
        t.named(way(r.pit, r.cell, board, t), " · ".join([*odds_of(r, t)[:1], reason_list(r.reasons, t)]))
        for r in others
    )


def _refused_cells(load: schemas.Load, board: Board, t: Translator) -> tuple[str, ...]:
    if load.proposal is None:
        return ()
    return tuple(
        t.named(board.cell_name(r.cell), reasons_against(r.reasons, t)) for r in load.proposal.refused
    )


def _value_reasons(load: schemas.Load, board: Board, t: Translator) -> tuple[str, ...]:
    """Write first what is to be confirmed, then where the values come from."""
    doubt = t.gettext("{analyte}: to be confirmed, a control of {name} failed")
    doubted = [
        WARNING + doubt.format(analyte=analyte(used.analyte, t), name=board.device_name(used.device))
        for used in load.values
        if used.to_confirm
    ]
    return (*doubted, *(reason_text(reason, t) for used in load.values for reason in used.reasons))


def _answers(load: schemas.Load, t: Translator) -> tuple[str, ...]:
    """Write every question that is asked, with its answer and whose it is, or that it is still open."""
    left_open = t.gettext("not answered")
    return tuple(
        f"{one.title} {one.text} ({one.by})" if one.by else f"{one.title} {left_open}"
        for one in load.questions
        if one.asked and (one.by or one.required)
    )


def _declaration(load: schemas.Load, t: Translator) -> tuple[str, ...]:
    pairs = (
        (t.gettext("declared variety"), load.declared_variety),
        (t.gettext("variety seen"), load.operator_variety),
        (t.gettext("variety by photo"), load.model_variety),
        (t.gettext("variety by laboratory"), load.lab_variety),
        (t.gettext("visual check"), _visual_check(load, t)),
        (t.gettext("claims"), claims(load.claims, t)),
        (t.gettext("owners"), ", ".join(_owner(owner, t) for owner in load.owners)),
        (t.gettext("reason of the outcome"), load.outcome_reason),
    )
    return tuple(t.named(name, text) for name, text in pairs if text)


def _visual_check(load: schemas.Load, t: Translator) -> str:
    check = load.visual_check
    if check is None:
        return ""
    found = findings_text(check.findings, t)
    return t.gettext("{findings}, by {name}").format(
        findings=found or t.gettext("all is well"), name=check.by
    )


def _owner(owner: dict[str, object], t: Translator) -> str:
    name, share = owner.get("supplier", "?"), owner.get("share")
    if not isinstance(share, int | float):
        return str(name)
    return f"{name} {t.percent(share, 0 if round(share * 100, 6).is_integer() else 2)}"


def _reading(reading: schemas.Reading, board: Board, t: Translator) -> str:
    origin = origin_name(board.device_name(reading.device), reading.typed_by, t)
    text = t.named(f"{origin} ({age(reading.at, board.now, t)})", value_list(reading.values, t))
    return text if reading.used_for else text + " · " + t.gettext("evidence only")


def _decision(load: schemas.Load, board: Board, t: Translator) -> tuple[str, ...]:
    decision = load.decision
    if decision is None:
        return ()
    text = t.gettext("{way}, by {name}").format(
        way=way(decision.pit, decision.cell, board, t), name=decision.by
    )
    decided = f"{text} ({decision.reason})" if decision.reason else text
    return (decided, approved(decision, t)) if decision.guard or decision.approved_by else (decided,)


def found_since(load: schemas.Load, t: Translator) -> str:
    """Warn of what was found after the decision, and say what to do."""
    text = t.gettext("Found after the decision: {findings}. Stop the truck, decide again.")
    return WARNING + text.format(findings=findings_text(load.found_since, t))


def approved(decision: schemas.Decision, t: Translator) -> str:
    """Write which rules the choice breaks, and who approved it where that is a second person."""
    rules = ", ".join(vocabulary.word(vocabulary.GUARDED, rule, t.language) for rule in decision.guard)
    if decision.approved_by is None:
        return rules
    by = t.gettext("approved by {name}").format(name=decision.approved_by)
    return t.named(by, rules) if rules else by
