"""Write devices, cells, exceptions and tickets in words."""

from station.api import schemas
from ui.tui.board import TROUBLE, Board
from ui.tui.columns import Column
from ui.tui.lines.texts import WARNING, age, marked_value, reason_text, species, value_list
from ui.words import vocabulary
from ui.words.i18n import Translator
from ui.words.odds import known_part
from ui.words.plan import full_text, target_text

_MOST_PLATES = 2  # of the vehicles that wait for one exception


def device_columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Device"), 20, flex=2),
        Column(t.gettext("State"), 11),
        Column(t.gettext("For"), 8, right=True, spared=True),
        Column(t.gettext("Last heard"), 12, right=True),
        Column(t.gettext("Messages"), 12, right=True, spared=True),
        Column(t.gettext("Weight"), 10, right=True),
    ]


def device_texts(device: schemas.Device, board: Board, t: Translator) -> list[str]:
    heard = t.gettext("never") if device.last_heard is None else age(device.last_heard, board.now, t)
    frames = t.number(device.frames, 0)
    if device.bad_frames:
        frames += t.gettext(" ({count} bad)").format(count=t.number(device.bad_frames, 0))
    return [
        (WARNING if device.state in TROUBLE else "") + device.name,
        vocabulary.word(vocabulary.DEVICE_STATES, device.state, t.language),
        age(device.since, board.now, t),
        heard,
        frames,
        live_weight(device, t),
    ]


def live_weight(device: schemas.Device, t: Translator) -> str:
    """Write the bridge's weight now, with "~" while it moves."""
    if device.weight_kg is None:
        return ""
    return ("" if device.weight_stable else "~") + t.kg(device.weight_kg)


def device_notes(device: schemas.Device, t: Translator) -> list[str]:
    """Say what is wrong and what to do, and where the device is plugged."""
    category = vocabulary.word(vocabulary.DEVICE_CATEGORIES, device.category, t.language)
    serial = _serial(device.serial_number, t)
    notes = [" · ".join(part for part in (category, device.kind, device.port, serial) if part)]
    if device.verified_until is not None and device.is_verified:
        notes[0] += " · " + t.gettext("verified until {date}").format(date=t.day(device.verified_until))
    if device.verified_until is not None and not device.is_verified:
        notes.insert(
            0, WARNING + t.gettext("VERIFICATION EXPIRED {date}").format(date=t.day(device.verified_until))
        )
    if device.declared is not None:
        notes.append(_declaration(device.declared, t))
    return ([WARNING + reason_text(device.error, t)] if device.error else []) + notes


def _declaration(declared: schemas.Declared, t: Translator) -> str:
    """Write what the site file says instead."""
    serial = _serial(declared.serial_number, t)
    parts = " · ".join(part for part in (declared.name, declared.kind, declared.port, serial) if part)
    return t.gettext("SWAPPED: the site file says {parts}").format(parts=parts)


def _serial(number: str | None, t: Translator) -> str:
    return t.gettext("serial no. {number}").format(number=number) if number else ""


def cell_columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("Cell"), 22, flex=1),
        Column(t.gettext("Species"), 11),
        Column(t.gettext("Content"), 9, right=True),
        Column(t.gettext("Reserved"), 9, right=True, spared=True),
        Column(t.gettext("Free"), 9, right=True),
        Column(t.gettext("Capacity"), 10, right=True, spared=True),
    ]


def cell_texts(cell: schemas.Cell, t: Translator) -> list[str]:
    return [
        cell.name,
        species(cell.species, t) if cell.species else "—",
        t.tonnes(cell.content_t),
        t.tonnes(cell.reserved_t),
        t.tonnes(cell.free_t),
        t.tonnes(cell.capacity_t, 0),
    ]


def cell_notes(cell: schemas.Cell, board: Board, t: Translator) -> str:
    """Write quality, grade, claims, target, when it is full, pits, and what is out of the ordinary."""
    quality = ", ".join(
        marked_value(name, value, t, to_confirm=name in cell.to_confirm)
        + known_part(value.known_t, cell.content_t, t)
        for name, value in cell.quality.items()
    )
    parts = [quality] if quality else []
    if cell.grade:
        grade = vocabulary.site_name("grade", cell.grade, t.language)
        parts.append(t.gettext("grade {grade}").format(grade=grade))
    if cell.role != "normal":
        parts.append(WARNING + vocabulary.word(vocabulary.CELL_ROLES, cell.role, t.language).upper())
    if not cell.open:
        parts.append(WARNING + t.gettext("CLOSED"))
    parts += [WARNING + flag.message for flag in cell.flags]
    parts += [vocabulary.claim_name(claim, t.language) for claim in cell.claims if claim not in cell.lost]
    parts += filter(None, (target_text(cell.target_t, t), full_text(cell.full_at, t)))
    pits = ", ".join(board.pit_name(pit) for pit in cell.pits) or "—"
    parts.append(t.ngettext("pit {pits}", "pits {pits}", len(cell.pits)).format(pits=pits))
    return " · ".join(parts)


def exception_title(item: schemas.ExceptionItem, board: Board, t: Translator) -> str:
    """Write what waits: a reading's values, or a photo, from where and since when."""
    kind = t.gettext("reading") if item.kind == "reading" else t.gettext("photo")
    parts = [
        kind,
        item.device_name or board.device_name(item.device) or item.device,
        t.gettext("{age} ago").format(age=age(item.at, board.now, t)),
        value_list(item.values, t),
    ]
    if item.barcode:
        parts.insert(2, t.gettext("barcode {barcode}").format(barcode=item.barcode))
    if item.product:
        parts.append(t.gettext("as {product}").format(product=species(item.product, t)))
    waiting = [visit.plate for visit in map(board.visit_of_load, item.blocks) if visit is not None]
    if waiting:
        plates = list(dict.fromkeys(waiting))
        text = t.ngettext("{plates} WAITS FOR IT", "{plates} WAIT FOR IT", len(plates))
        more = ["…"] if len(plates) > _MOST_PLATES else []
        parts.insert(0, WARNING + text.format(plates=", ".join(plates[:_MOST_PLATES] + more)))
    return " · ".join(part for part in parts if part)


def assignment_title(item: schemas.ExceptionItem, board: Board, t: Translator) -> str:
    """Write what was assigned, and to which sample."""
    return f"{exception_title(item, board, t)} → {reason_text(item.reason, t)}"


def candidate_label(barcode: str, board: Board, t: Translator) -> str:
    """Write a barcode with the load it stands for, where the load is still open."""
    load = board.load_with_barcode(barcode)
    visit = board.visit_of_load(load.id) if load else None
    if load is None or visit is None:
        return barcode
    return f"{barcode} · {visit.plate} · {visit.supplier} · {species(load.species, t)}"


def ticket_columns(t: Translator) -> list[Column]:
    return [
        Column(t.gettext("No."), 6, right=True),
        Column(t.gettext("Time"), 11, least=11),
        Column(t.gettext("Plate"), 11, least=10),
        Column(t.gettext("Supplier"), 14, flex=1),
        Column(t.gettext("Species"), 11, spared=True),
        Column(t.gettext("Net"), 10, right=True),
        Column(t.gettext("Cell"), 9, flex=1),
    ]


def ticket_texts(ticket: schemas.Ticket, board: Board, t: Translator) -> list[str]:
    return [
        str(ticket.number),
        t.moment(ticket.at),
        ticket.plate,
        ticket.supplier,
        species(ticket.species, t),
        t.kg(ticket.net_kg),
        ", ".join(board.cell_name(tipping.cell) for tipping in ticket.tipped),
    ]
