"""Composition root of `silo serve`: everything is started in order here and stopped in reverse."""

import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from station import jobs
from station.acts.desk import Desk
from station.api.context import Context
from station.api.series import series_now
from station.api.views.view import View
from station.backup.disk import Epoch
from station.backup.keeper import Keeper, find_taken_over, keeper_of
from station.backup.standing import taken_over_by
from station.backup.station_files import box_of
from station.exchange.folder import Exchange
from station.grain.rules import parse_rule_pack
from station.http_server import AddressTaken, HttpServer
from station.lab.sent_results import take_up
from station.local_network import phone_address
from station.models import policies
from station.parts import open_parts
from station.receival.measuring.pairings import policy_of, settle_by_time
from station.receival.papers.late_values import take_all
from station.runtime.announcer import Announcer
from station.runtime.bundles import ship
from station.runtime.devices import Devices
from station.runtime.drawer import Drawer
from station.runtime.health import Vitals
from station.runtime.heartbeat import Due, Heartbeat, Turns
from station.runtime.intake import Intake
from station.runtime.label_reader import LabelReader
from station.runtime.light_box import LightBox
from station.runtime.live import HealthFacts
from station.runtime.poster import Poster, poster_of
from station.runtime.print_room import PrintRoom
from station.runtime.proposing import propose_from_evidence
from station.runtime.renewal import LOOK_S, Renewal
from station.runtime.sent_down import receiver_of
from station.runtime.shadows import Shadows
from station.runtime.voting import EVERY_S, Voting
from station.runtime.word import compares, place_of
from station.service_manager import ServiceManager, manager_of
from station.setting_problems import SettingProblem, SettingsError
from station.site.contradictions import contradictions
from station.site.file import LOOPBACK, SiteSettings
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.site.wiring import photo_budget, protocols_of
from station.store import queries
from station.store.durable import arriving
from station.store.engine import Ledger
from station.store.errors import LedgerDamaged, LedgerError

CRASHED = 70
DAY_S = 86_400.0
CLOCK_S = 2.0
CHAIN_AFTER_START_S = 180.0  # trucks first
RESULTS_AFTER_START_S = 60.0
CORRECTIONS_S = 3600.0
SENT_RESULTS_S = 30.0
LATE_VALUES_S = 10.0
SETTLE_S = 30.0
JOBS_S, JOBS_TURN_S = 5.0, 60.0
EXCHANGE_S = 1.0
BAGS_S, BAGS_AFTER_START_S = 6 * 3600.0, 600.0
VOTES_AFTER_START_S = 120.0
BACKUP_STEP_S, BACKUP_AFTER_START_S = 5.0, 20.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`speed` and `start` make a simulated site's clock; a real site has neither. `stop_with`: a process
    whose end ends the station too."""

    config: Path
    speed: float = 1.0
    start: datetime | None = None
    stop_with: int | None = None


def serve(options: ServeOptions) -> int:
    """Runs the station until SIGTERM or SIGINT. Returns the exit code; raises SettingsError, LedgerError
    or AddressTaken before anything is accepted."""
    manager = manager_of(os.environ)
    settings = load_settings(options.config)
    if (later := _later_epoch(options.config, settings)) is not None:
        return _say_who_took_over(options, settings, later, manager)
    texts = rule_pack_texts(settings, options.config)
    crash = Crash()
    with ExitStack() as stack:
        stack.enter_context(crash.telling_damage())
        parts = stack.enter_context(
            open_parts(options.config, settings, start=options.start, speed=options.speed)
        )
        desk, ledger, clock, ports = parts.desk, parts.desk.ledger, parts.clock, parts.ports
        stack.enter_context(crash.doubting(ledger))
        parts.timekeeper.look()  # before anything else is recorded
        load_site(desk, settings, options.config, texts, clock())
        _log_contradictions(settings, options.config, texts, clock())
        _refuse_open_door(settings, options.config, ledger)
        intake = Intake(desk, ports.drivers(), ledger.folder / "frames", settings.weighing_rule(), clock)
        ship(desk, parts.bundles, settings.site.species, clock())
        timeout_s = settings.vision.answer_timeout_s
        card = settings.vision.card == "required"
        shelves = parts.photos, parts.bundles
        shadows = Shadows(desk, *shelves, clock, answer_timeout_s=timeout_s, card_required=card)
        light_box = LightBox(
            desk, *shelves, clock,
            enabled=settings.vision.enabled, card_required=card, answer_timeout_s=timeout_s,
            when_done=shadows.wake,
        )  # fmt: skip
        watch = jobs.Watch(ledger)
        port_ids = [one.id for one in settings.instruments]
        devices = Devices(port_ids, ports, intake, ledger, clock, desk.policy.day)
        announcer = Announcer(settings, ledger, devices.live, ports.credentials()) if settings.mqtt else None
        keeper = keeper_of(
            ledger, options.config, settings, clock, lambda: _is_bridge_free(devices, settings)
        )
        poster = poster_of(
            ledger, clock, parts.photos, photo_budget(settings),
            compares_clocks=options.start is None and options.speed == 1.0,
            compares=compares(desk),
            place=place_of(settings.site),
        )  # fmt: skip
        print_room, exchange = PrintRoom(desk, clock), _exchange(desk, clock, options.config, settings)
        vitals = Vitals(
            ledger, clock, intake, light_box, watch, devices, announcer, keeper, poster, print_room,
            exchange.warnings if exchange else None,
        )  # fmt: skip
        context = replace(
            parts.context(_admin_token(ledger.folder)),
            page_key=_page_key(ledger.folder),
            draw=Drawer(parts.photos).draw,
            read_label=LabelReader().read,
            phone_address=partial(phone_address, settings.server.host, settings.server.port),
            live=devices.live,
            health=vitals.facts,
            wake_vision=light_box.wake,
            new_sample=devices.new_sample,
            settle_zero=devices.settle_zero,
            replug=devices.replug,
            install_model=parts.installer().install,
            trusted_keys=lambda: parts.installer().keys,
            metrics=_metrics(settings),
        )
        _have_numbers_told(poster, context)
        jobs_loop = Turns(JOBS_TURN_S)
        renewal = Renewal(desk, clock)
        server = HttpServer(context, settings, ledger.folder, manager)
        due = [
            Due("frames_overdue", intake.overdue_s),
            Due("capture_overdue", light_box.overdue_s),
            Due("counter_stands", server.loop.overdue_s),
            Due("jobs_stand", jobs_loop.overdue_s),
        ]
        heartbeat = Heartbeat(manager, due, server.url, settings.site.language)
        crash.stop_with(server)
        stack.enter_context(crash.watching())
        stack.enter_context(_stopping_on_signals(server))
        timetable: jobs.Timetable = {
            "clock": jobs.Job(parts.timekeeper.look, CLOCK_S),
            "checkpoint": jobs.Job(ledger.checkpoint, 300.0),
            "intake": jobs.Job(intake.tell, 5.0),
            "turn": jobs.Job(jobs_loop.turn, JOBS_S),
            "chain": jobs.Job(watch.check_chain, DAY_S, first_s=CHAIN_AFTER_START_S),
            "whole chain": jobs.Job(watch.forget_chain, 7 * DAY_S),
            "policies": jobs.Job(
                jobs.all_of(lambda: policies.apply_one(desk, clock()), light_box.wake), 300.0
            ),
            "corrections": jobs.Job(lambda: propose_from_evidence(desk, clock()), CORRECTIONS_S, quiet=True),
            "sent results": jobs.Job(lambda: take_up(ledger, clock()), SENT_RESULTS_S),
            "late values": jobs.Job(lambda: take_all(desk, clock()), LATE_VALUES_S),
            **_pairings(desk, clock),
            **({"exchange": jobs.Job(exchange.look, EXCHANGE_S)} if exchange else {}),
            "results": jobs.Job(renewal.step, LOOK_S, first_s=RESULTS_AFTER_START_S),
            **_backups(keeper, server),
            **_bags(poster),
            **_votes(
                stack, poster, Voting(desk, *shelves, clock, lambda: _is_bridge_free(devices, settings))
            ),
            **_with_parent(options, server),
        }
        stack.enter_context(jobs.scheduled(timetable))
        stack.callback(_stop, renewal, keeper)
        receiver = receiver_of(desk, parts.installer, clock)
        for part in (
            shadows if settings.vision.enabled else None, light_box, announcer, poster, receiver, print_room,
        ):  # fmt: skip
            if part is not None:
                stack.enter_context(part.running())
        stack.enter_context(intake.running())
        stack.enter_context(heartbeat.running())
        server.run()
    if keeper is not None and keeper.standing.later is not None:
        return _say_who_took_over(options, settings, keeper.standing.later, manager)
    return CRASHED if crash.happened else 0


def _stop(renewal: Renewal, keeper: Keeper | None) -> None:
    """Ends what jobs wait for, before the jobs are waited for."""
    renewal.stop()
    if keeper is not None:
        keeper.stop()


def _backups(keeper: Keeper | None, server: HttpServer) -> jobs.Timetable:
    if keeper is None:
        return {}
    keeper.when_taken_over(server.stop)
    return {"backup": jobs.Job(keeper.step, BACKUP_STEP_S, BACKUP_AFTER_START_S, quiet=True)}


def _metrics(settings: SiteSettings) -> Callable[[View, Context], bytes] | None:
    if not settings.metrics.enabled:
        return None
    from station.api.metrics import written  # noqa: PLC0415 - only who opts in pays for it

    return written


def _have_numbers_told(poster: Poster | None, context: Context) -> None:
    if poster is not None:
        poster.tells(partial(series_now, context))


def _exchange(
    desk: Desk, clock: Callable[[], datetime], file: Path, settings: SiteSettings
) -> Exchange | None:
    if settings.exchange is None:
        return None
    return Exchange(desk, clock, file.parent / settings.exchange.folder, settings.site.language)


def _pairings(desk: Desk, clock: Callable[[], datetime]) -> jobs.Timetable:
    if policy_of(desk.policy).rule != "odds":
        return {}
    return {"pairings": jobs.Job(lambda: settle_by_time(desk, clock()), SETTLE_S)}


def _bags(poster: Poster | None) -> jobs.Timetable:
    if poster is None:
        return {}
    return {"bags": jobs.Job(poster.prune, BAGS_S, BAGS_AFTER_START_S, quiet=True)}


def _votes(stack: ExitStack, poster: Poster | None, voting: Voting) -> jobs.Timetable:
    """Called before the jobs begin: it stops after them."""
    if poster is None:
        return {}
    stack.callback(voting.stop)
    return {"votes": jobs.Job(voting.step, EVERY_S, VOTES_AFTER_START_S, quiet=True)}


def _with_parent(options: ServeOptions, server: HttpServer) -> jobs.Timetable:
    if options.stop_with is None:
        return {}
    return {"parent": jobs.Job(partial(_stop_without, options.stop_with, server), 1.0)}


def _later_epoch(config: Path, settings: SiteSettings) -> Epoch | None:
    """The later epoch that stands on the second disk, or was once found there."""
    box = box_of(config, settings)
    folder = settings.backup.folder if settings.backup else None
    return find_taken_over(box, folder, datetime.now(UTC)).later


def _say_who_took_over(
    options: ServeOptions, settings: SiteSettings, later: Epoch, manager: ServiceManager
) -> int:
    """Runs the counter alone, without devices: it records nothing, and every screen says where to go on."""
    with ExitStack() as stack:
        parts = stack.enter_context(
            open_parts(options.config, settings, start=options.start, speed=options.speed)
        )
        refusal = taken_over_by(later)
        parts.desk.ledger.refuse_writing(refusal)
        told = (("taken_over", refusal.params),)
        context = replace(
            parts.context(_admin_token(parts.desk.ledger.folder)),
            health=lambda: HealthFacts("off", told),
        )
        server = HttpServer(context, settings, parts.desk.ledger.folder, manager)
        stack.enter_context(_stopping_on_signals(server))
        stack.enter_context(jobs.scheduled(_with_parent(options, server)))
        due = [Due("counter_stands", server.loop.overdue_s)]
        stack.enter_context(Heartbeat(manager, due, server.url, settings.site.language).running())
        server.run()
    return 0


def _is_bridge_free(devices: Devices, settings: SiteSettings) -> bool:
    bridges = (one for one in devices.live() if one.category == "weighbridge")
    return all(abs(one.weight_kg or 0.0) <= settings.weighing.zero_kg for one in bridges)


class Crash:
    """An unknown error in any thread ends the process: half a station is worse than a restarted one. So does
    damage of the ledger, whoever comes upon it."""

    def __init__(self) -> None:
        self.happened = False
        self._damage: LedgerDamaged | None = None
        self._ledger: Ledger | None = None
        self._server: HttpServer | None = None

    def stop_with(self, server: HttpServer) -> None:
        self._server = server

    @contextmanager
    def doubting(self, ledger: Ledger) -> Iterator[None]:
        """Hears of damage; an error that nobody foresaw, of any thread, leaves the ledger in doubt."""
        self._ledger = ledger
        ledger.on_damage(self._note_damage)
        try:
            yield
        except (LedgerError, SettingsError, AddressTaken):
            raise
        except Exception:
            ledger.doubt()
            raise

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """Raises LedgerDamaged in the end, also in place of what stopping on a damaged ledger raised."""
        try:
            yield
        finally:
            if self._damage is not None:
                raise self._damage

    def watching(self) -> ExitStack:
        before = threading.excepthook
        threading.excepthook = self._hook
        stack = ExitStack()
        stack.callback(setattr, threading, "excepthook", before)
        return stack

    def _hook(self, args: threading.ExceptHookArgs) -> None:
        self.happened = True
        if self._ledger is not None:
            self._ledger.doubt()
        info = (args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
        log.critical("thread_died", thread=args.thread.name if args.thread else None, exc_info=info)
        if self._server is not None:
            self._server.stop()

    def _note_damage(self, damage: LedgerDamaged) -> None:
        self._damage = damage
        if self._server is not None:
            self._server.stop()


@contextmanager
def _stopping_on_signals(server: HttpServer) -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more at its end; ours is then still the handler, so
    the rest is stopped in order."""

    def stop(_number: int, _frame: object) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_without(process: int, server: HttpServer) -> None:
    if not Path(f"/proc/{process}").exists():
        log.warning("stops_with_parent", process=process)
        server.stop()


def _log_contradictions(settings: SiteSettings, file: Path, texts: list[str], at: datetime) -> None:
    """`silo check` tells them; here they hold no truck up."""
    packs = [parse_rule_pack(text) for text in texts]
    for found in contradictions(settings, packs, protocols_of(settings, file), at):
        line = SettingProblem(file, found.where, found.code, found.params).line(settings.site.language)
        log.warning("site_contradiction", code=found.code, text=line)


def _refuse_open_door(settings: SiteSettings, file: Path, ledger: Ledger) -> None:
    if settings.server.host in LOOPBACK:
        return
    with ledger.read() as tx:
        if not queries.kinds_of_tokens(tx):
            params = {"host": settings.server.host}
            raise SettingsError([SettingProblem(file, "server.host", "open_door", params)])


def _page_key(folder: Path) -> str:
    """Made once, readable by the station's own user only: who is signed in at the pages stays so over a
    restart."""
    path = folder / "pages.key"
    if not path.exists():
        with arriving(path) as part:
            part.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _admin_token(folder: Path) -> str:
    """A fresh one at every start, readable by the station's own user only."""
    token = secrets.token_urlsafe(24)
    path = folder / "admin.token"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(token)
    return token
