"""`silo enrol` and `silo post`: a station's line to headquarters."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.errors import end_with, settings_of
from station.cli.options import ConfigOption, JsonOption
from station.cli.post_photos import sentences_of_photos, told_of_photos
from station.cli.post_releases import sentences_of_releases, told_of_releases
from station.cli.say import LANGUAGE, Exit, _, fail, now, out, show, tell
from ui.words.findings import finding_text
from ui.words.i18n import Translator, translator
from ui.words.post import hub_reason
from ui.words.reasons import message

if TYPE_CHECKING:
    from station.post.standing import PostStanding
    from station.receival.restoring.recovering import Recovered
    from station.site.file import SiteSettings

CLOCKS_DIFFER_S = 60.0
DAYS_TOLD = 366  # nobody knows how a disk fills in a year


def register(app: typer.Typer) -> None:
    app.command("enrol", help=_("Makes this station known to headquarters, with the code from there."))(enrol)
    post = typer.Typer(no_args_is_help=True, help=_("What this station owes headquarters."))
    post.command("status", help=_("What is owed, since when, and headquarters' last word."))(status)
    post.command("reconcile", help=_("After a restore: brings back what headquarters or a stick knows."))(
        reconcile
    )
    post.command("export", help=_("Copies the bags that are owed to a folder, for who carries them."))(export)
    app.add_typer(post, name="post")


def enrol(
    config: ConfigOption,
    hub: Annotated[list[str], typer.Option(help=_("Headquarters' address; several are tried in order."))],
    code: Annotated[str, typer.Option(help=_("The code: silo hub station add prints it."))],
) -> None:
    """The station is stopped meanwhile: it begins to log what changes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from station.parts import open_ledger
    from station.post import identity, link
    from station.post.client import HubClient, is_address
    from station.post.said import HubUnreachable
    from station.post.sending import knows
    from station.post.wire import public_text
    from station.store.errors import LedgerError
    from station.store.ids import new_id
    from station.store.post import HELD
    from station.store.tables import PostLink

    for url in hub:
        if not is_address(url):
            fail(
                _("{url}: write the address as https://HOST or http://HOST:PORT").format(url=url), Exit.USAGE
            )
    settings, begun = settings_of(config), None
    try:
        with open_ledger(config, settings) as ledger:
            key = identity.read_key(ledger.folder) or Ed25519PrivateKey.generate()
            client = HubClient(hub, settings.site.id, key)
            answer = client.enrol(code, public_text(key))
            if answer.status != 200:
                fail(
                    _("Headquarters refuses: {why}").format(why=hub_reason(answer.reason, LANGUAGE)),
                    Exit.NEGATIVE,
                )
            identity.write_key(ledger.folder, key)
            with ledger.write() as tx:
                known = tx.get(PostLink, "hub")
                if known is not None and answer.have and known.epoch == answer.epoch:
                    known.urls, known.hub_key = list(hub), answer.hub_key
                    tx.add(known)
                else:
                    follows = (
                        {"epoch": answer.epoch, "number": answer.have, "sha256": answer.sha256}
                        if answer.have
                        else None
                    )
                    begun = link.begin(
                        tx, settings.site.id, new_id(now()), now(), hub, answer.hub_key, follows=follows
                    )
                    begun.recovers = HELD if answer.have and not knows(tx, answer) else ""
    except HubUnreachable as error:
        fail(_("Headquarters does not answer: {error}").format(error=error), Exit.NETWORK)
    except (LedgerError, OSError) as error:
        end_with(error)
    tell(_("Enrolled. The station sends everything at its next start."))
    if begun is not None and begun.recovers:
        tell(_("Headquarters knows more of this site than this ledger: silo post reconcile"))


def status(config: ConfigOption, as_json: JsonOption = False) -> None:
    """Beside a running station too: it only reads."""
    from sqlmodel import Session, select

    from station.post import keeping
    from station.post.sending import owing
    from station.post.standing import standing_of
    from station.site.wiring import photo_budget
    from station.store.connections import open_engine
    from station.store.folder import LEDGER
    from station.store.posted import owing_photos
    from station.store.tables import PostLink

    settings = settings_of(config)
    folder = _data_folder(config, settings)
    engine = open_engine(folder / LEDGER, writer=False)
    try:
        with Session(engine) as tx:
            owed, known, a_day = owing(tx), tx.exec(select(PostLink)).first(), keeping.bytes_a_day(tx)
            photos, budget = owing_photos(tx), photo_budget(settings)
    finally:
        engine.dispose()
    if owed is None or known is None:
        fail(_("This station is not enrolled: silo enrol"), Exit.NEGATIVE)
    said, free = standing_of(folder), shutil.disk_usage(folder).free
    days = keeping.days_of_room(free, a_day, said.used_a_day())
    told = {
        "bags": owed.bags, "bytes": owed.size, "changes": owed.changes, "oldest_at": _iso(owed.oldest_at),
        "acknowledged": known.acknowledged, "epoch": known.epoch, "hub": known.urls, "free_bytes": free,
        "room_days": round(days, 1) if days is not None else None, "reason": said.reason,
        "said": hub_reason(said.reason, LANGUAGE) if said.reason else "", "detail": said.detail,
        "since": _iso(said.since), "heard_at": _iso(said.heard_at), "offset_s": said.offset_s,
        "disk_full": said.full, "photos_wait": said.photos_wait,
        "recovers": known.recovers,
        **told_of_photos(photos, budget), **told_of_releases(folder),
    }  # fmt: skip
    if as_json:
        out(told)
        return
    t = translator(LANGUAGE)
    show(_("Owed: {bags} bags, {size} kB, and {changes} changes in none yet").format(
        bags=t.number(owed.bags, 0), size=t.number(owed.size // 1000, 0), changes=t.number(owed.changes, 0)
    ))  # fmt: skip
    if owed.oldest_at is not None:
        show(_("The oldest since: {at}").format(at=_written(owed.oldest_at)))
    if known.recovers:
        show(finding_text(f"recovery_{known.recovers}", {}, LANGUAGE))
    show(_("Headquarters has bag {number}; it is asked at {urls}").format(
        number=t.number(known.acknowledged, 0), urls=", ".join(known.urls)
    ))  # fmt: skip
    for sentence in [*sentences_of_photos(photos, budget, said.photos_wait), *sentences_of_releases(folder)]:
        show(sentence)
    _show_last_word(said, t)
    gigabytes = t.number(free / 1e9)
    if days is None:
        show(_("Room: {gigabytes} GB; what a day takes is not measured yet").format(gigabytes=gigabytes))
    elif days > DAYS_TOLD:
        show(_("Room: {gigabytes} GB, for more than a year as it filled of late").format(gigabytes=gigabytes))
    else:
        text = _("Room: {gigabytes} GB, for {days} days as it filled of late")
        show(text.format(gigabytes=gigabytes, days=t.number(days, 0)))


def _show_last_word(said: "PostStanding", t: Translator) -> None:
    if said.full:
        show(_("The disk takes no bag ({error}): make room; it goes on by itself").format(error=said.full))
    if said.reason and said.since is not None:
        why = hub_reason(said.reason, LANGUAGE)
        show(_("It takes nothing since {at}: {why}").format(at=_written(said.since), why=why))
    elif said.detail:
        show(_("It did not answer: {error}").format(error=said.detail))
    if said.heard_at is None:
        show(_("It was never heard"))
        return
    show(_("Its last word: {at}").format(at=_written(said.heard_at)))
    if said.offset_s is not None and abs(said.offset_s) > CLOCKS_DIFFER_S:
        code = "clock_ahead_of_hub" if said.offset_s > 0 else "clock_behind_hub"
        show(message(code, {"age_s": abs(said.offset_s)}, LANGUAGE))


def _data_folder(config: Path, settings: "SiteSettings") -> Path:
    """The site's data; ends the command where there is no ledger in it yet."""
    from station.store.folder import LEDGER

    folder = config.parent / settings.site.data
    if not (folder / LEDGER).exists():
        fail(_("{folder}: there is no ledger").format(folder=folder), Exit.USAGE)
    return folder


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def export(
    folder: Annotated[Path, typer.Argument(help=_("Where the bags go: a stick."))], config: ConfigOption
) -> None:
    from sqlmodel import Session, col, select

    from station.post import identity, stick
    from station.post.folder import NAME, BagFolder
    from station.store.connections import open_engine
    from station.store.folder import LEDGER
    from station.store.tables import Bag, PostLink

    settings = settings_of(config)
    data = _data_folder(config, settings)
    bags = BagFolder(data / NAME)
    engine = open_engine(data / LEDGER, writer=False)
    try:
        with Session(engine) as tx:
            known = tx.get(PostLink, "hub")
            if known is None:
                fail(_("This station is not enrolled: silo enrol"), Exit.NEGATIVE)
            query = select(Bag).where(Bag.epoch == known.epoch, col(Bag.number) > known.acknowledged)
            rows = tx.exec(query.order_by(col(Bag.number))).all()
        key = identity.read_key(data)
        if key is None:
            fail(_("This station is not enrolled: silo enrol"), Exit.NEGATIVE)
        target = folder / known.station / known.epoch
        count = stick.export(folder, bags, known.station, key, [(row.epoch, row.number) for row in rows])
    except OSError as error:
        end_with(error)
    finally:
        engine.dispose()
    if not count:
        tell(_("No bag is owed: nothing was copied."))
        return
    tell(_("copied: {count} bags, to {folder}").format(count=count, folder=target))


def reconcile(
    config: ConfigOption,
    stick: Annotated[
        list[Path] | None,
        typer.Option("--from", help=_("A folder of silo post export, or a second disk; several are read.")),
    ] = None,
    go_on: Annotated[
        bool, typer.Option("--go-on", help=_("Receive trucks at once; what is missing may come back later."))
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help=_("Do not ask headquarters."))] = False,
    replaces: Annotated[
        str,
        typer.Option(help=_("The machine in whose place this one is, where headquarters heard it lately.")),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """The station is stopped meanwhile; a second time it brings back nothing more."""
    from dataclasses import asdict

    from station.acts.desk import Actor
    from station.parts import open_parts
    from station.post import identity
    from station.post.client import HubClient
    from station.post.folder import NAME, BagFolder
    from station.post.recovery import CannotRecover
    from station.post.said import HubUnreachable
    from station.receival.restoring.reconciling import Sources
    from station.receival.restoring.reconciling import reconcile as bring_back
    from station.store import names
    from station.store.errors import LedgerError
    from station.store.post import go_on as let_go_on
    from station.store.tables import PostLink

    settings = settings_of(config)
    try:
        with open_parts(config, settings) as parts:
            ledger = parts.desk.ledger
            with ledger.write() as tx:
                known, key = tx.get(PostLink, "hub"), identity.read_key(ledger.folder)
                if known is not None and go_on:
                    let_go_on(tx)
            if known is None:
                fail(_("This station is not enrolled: silo enrol"), Exit.NEGATIVE)
            if go_on:
                tell(_("Trucks are received. Later: silo post reconcile"))
                return
            if key is None and not offline:
                fail(_("The key for headquarters is not in the data folder: silo enrol"), Exit.NEGATIVE)
            client = HubClient(known.urls, known.station, key) if key and not offline else None
            sources = Sources(client.bag_after if client else None, tuple(stick or ()), replaces)
            bags = BagFolder(ledger.folder / NAME)
            done = bring_back(parts.desk, bags, sources, Actor(names.INSTALLER, names.INSTALLER), now())
    except CannotRecover as error:
        fail(finding_text(f"recovery_{error.code}", {"text": str(error)}, LANGUAGE), Exit.NEGATIVE)
    except HubUnreachable as error:
        tell(_("Headquarters does not answer: {error}").format(error=error))
        fail(_("From a stick: silo post reconcile --offline --from FOLDER. Without: --go-on"), Exit.NETWORK)
    except (LedgerError, OSError) as error:
        end_with(error)
    if as_json:
        out(asdict(done))
    else:
        _tell_recovered(done)
    raise typer.Exit(Exit.NEGATIVE if done.left_count else Exit.DONE)


def _tell_recovered(done: "Recovered") -> None:
    t = translator(LANGUAGE)
    loads, moved = done.added.get("load", 0) + done.changed.get("load", 0), done.added.get("cell_movement", 0)
    tell(_("Back: {loads} loads, {tickets} tickets, {moved} movements, {results} laboratory results").format(
        loads=t.number(loads, 0), tickets=t.number(done.added.get("ticket", 0), 0),
        moved=t.number(moved, 0), results=t.number(done.added.get("lab_result", 0), 0),
    ))  # fmt: skip
    for campaign, number in sorted(done.numbers.items()):
        text = _("Campaign {campaign}: the next ticket is No. {number}.")
        tell(text.format(campaign=campaign, number=number + 1))
    for cell, tonnes in sorted(done.tonnes.items()):
        show(_("cell {cell}: {tonnes} t").format(cell=cell, tonnes=t.number(tonnes, 2)))
    if done.asks_paper:
        tell(_("Open loads that ask whether they were closed on paper: {n}").format(n=done.asks_paper))
    if done.again:
        tell(_("Without PIN or token until they are given anew: {names}").format(names=", ".join(done.again)))
    for one in done.left:
        tell(_("Not brought back: {table} {key} ({why})").format(**one))


def _written(at: datetime) -> str:
    t = translator(LANGUAGE)
    return f"{t.date(at)} {t.time(at)}"
