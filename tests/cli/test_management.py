"""Every management command does the same beside a running station and on its closed data folder."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from station.cli import app, counter
from station.demo.station_process import StationProcess
from station.store import audit
from station.store.engine import Ledger
from tests.cli.furnished import MODEL, PACK, PIN, events, furnished, looked_up
from tests.model_rig import SPECIES, TASK
from tests.silo_rig import START

pytestmark = pytest.mark.long

DELTA = ("--substance", "deltaméthrine", "--kind", "insecticide")
BY_MARC = ("--by", "Marc", "--pin", PIN)
TERMS = (
    "--captures", "30", "--days", "1", "--share-within", "0.1", "--abstention-within", "0.5",
    "--rollback-abstention", "0.5", "--rollback-unfamiliar", "0.5",
)  # fmt: skip
APPROVE = ("model", "policy", "approve", TASK, SPECIES, *TERMS)
LOANER = ("--name", "NIR loan", "--serial", "L-77")
OUT = ("--reason", "Vente", "--by", "Anne", "--pin", PIN)
LAB = ("--laboratory", "Labo Sud")
LABO = ("--profile", "labo.toml")

OF_A_FILE = ("lab_result_recorded", "lab_file_imported")  # kind "": all of these

# words, and what is recorded, by whom
ACTS: list[tuple[tuple[str, ...], str, str | None]] = [
    (("person", "add", "Hélène", "--role", "operator", "--pin", "2468"), "person_added", None),
    (("token", "add", "north bridge"), "token_added", None),
    (("token", "rename", "tel#2", "../tel 2?#"), "token_renamed", None),
    (("token", "revoke", "../tel 2?#"), "token_revoked", None),
    (("token", "revoke", "old phone"), "token_revoked", None),
    (("person", "rename", "Hélène", "Éliane #2"), "person_renamed", None),
    (("person", "pin", "Éliane #2", "--pin", "8642"), "pin_changed", None),
    (("person", "password", "Éliane #2", "--password", "a long password"), "password_changed", None),
    (("person", "enrol", "Éliane #2"), "approver_enrolled", None),
    (("person", "revoke", "Éliane #2"), "approver_revoked", None),
    (("person", "remove", "Éliane #2"), "person_removed", None),
    (("instrument", "swap", "nir", *LOANER), "instrument_swapped", "installer"),
    (
        ("instrument", "describe", "bridge", "--verified-until", "01/06/2028"),
        "instrument_described", "installer",
    ),
    (("instrument", "settle", "bridge", "--set", "fixed_zero=appended"), "instrument_settled", "installer"),
    (
        ("instrument", "describe", "bridge", "--plate", "60000", "400", "20", "--own-printer"),
        "instrument_described", "installer",
    ),
    (("lab", "add", "K1", "moisture", "13.2", *LAB), "lab_result_recorded", "installer"),
    (("lab", "import", "labo.csv", *LABO, "--by", "Marc", "--pin", PIN), "", "Marc"),
    (("cell", "out", "c3", "26,4", "--paper", "BL-7", *OUT), "grain_moved_out", "Anne"),
    (("cell", "out", "c3", "300", "--despite", "300", *OUT), "grain_moved_out", "Anne"),
    (("cell", "transfer", "c1", "c5", "12.5", "--reason", "Place", *BY_MARC), "grain_transferred", "Marc"),
    (("cell", "correct", "c5", "221", "--reason", "Inventaire", *BY_MARC), "inventory_corrected", "Marc"),
    (("cell", "dry", "c1", "10", "--from", "14,1", "--to", "13", *BY_MARC), "grain_dried", "Marc"),
    (("cell", "clean-grain", "c1", "0,4", "--impurities", "1,1", *BY_MARC), "grain_cleaned", "Marc"),
    (("cell", "ventilate", "c1", "8", "--celsius", "17,5", *BY_MARC), "cell_ventilated", "Marc"),
    (("cell", "treat", "c1", "K-Obiol", "20", "ml/t", *DELTA, *BY_MARC), "treatment_recorded", "Marc"),
    (
        ("cell", "treat", "l1", "K-Obiol", "20", "ml/t", *DELTA, *BY_MARC),
        "treatment_recorded", "Marc",
    ),
    (("cell", "flush", "l1", "--reason", "5 t de blé", *BY_MARC), "line_flushed", "Marc"),
    (
        ("cell", "correct", "c3", "0", "--reason", "Vide", "--despite", "0", *BY_MARC),
        "inventory_corrected", "Marc",
    ),
    (("cell", "clean", "c3", *BY_MARC), "cell_cleaned", "Marc"),
    (("model", "install", "wheat-2.bundle", "--why", "new"), "model_installed", "installer"),
    (("model", "promote", MODEL, "5", *BY_MARC), "model_promoted", "Marc"),
    (("model", "promote", MODEL, "6"), "model_promoted", "installer"),
    (("model", "rollback", TASK, SPECIES), "model_rolled_back", "installer"),
    (("model", "retire", MODEL, "7", *BY_MARC), "model_retired", "Marc"),
    ((*APPROVE, *BY_MARC), "model_policy_approved", "Marc"),
    (("model", "policy", "withdraw", TASK, "durum", *BY_MARC), "model_policy_withdrawn", "Marc"),
    (("rules", "install", "waiver.toml", *BY_MARC), "rule_pack_installed", "Marc"),
    (("rules", "withdraw", PACK, "waiver"), "rule_pack_withdrawn", "installer"),
]  # fmt: skip

# words, and what standard output has at least
LOOKS: list[tuple[tuple[str, ...], str]] = [
    (("person", "list"), '"Marc"'),
    (("person", "approvers"), ""),
    (("token", "list"), '"office"'),
    (("instrument", "list"), '"bridge"'),
    (("cell", "movements", "c1", "--limit", "1"), '"kg": '),
    (("cell", "lines"), '"treated": []'),
    (("cell", "treatments"), '"substance": "deltaméthrine"'),
    (("model", "list", "--json"), '"superseded"'),
    (("model", "signals", "--json"), ""),
    (("model", "policy", "show"), ""),
    (("model", "backtest", "wheat-2.bundle", "--json"), '"captures": 0'),
    (("export", "dataset", "stick", "--json"), '"added": 0'),
    (("rules", "list", "--json"), '"in_force": true'),
    (("lab", "waiting", "--json"), ""),
    (("lab", "import", "labo.csv", *LABO, "--dry-run", "--json"), '"counts": {"accepted": '),
]

# words, exit code, and what is named
REFUSED: list[tuple[tuple[str, ...], int, str]] = [
    (("person", "add", "Anne", "--role", "operator", "--pin", "2468"), 1, "Anne"),
    (("person", "add", "Pia", "--role", "boss", "--pin", "2468"), 2, "roles 1: "),
    (("token", "add", "office"), 1, "office"),
    (("token", "add", "gate", "--kind", "watch"), 2, "kind: "),
    (("token", "revoke", "gate #2?"), 1, "gate #2?"),
    *[
        (("token", "revoke", name), 1, name)
        for name in ("office#2", "office?x=1", "office/", "..", "%6fffice")
    ],
    (("token", "rename", "gate #2?", "x"), 1, "gate #2?"),
    (("token", "rename", "office", "tel"), 1, "tel"),
    (("person", "remove", "Nobody#"), 1, "Nobody#"),
    (("person", "enrol", "Nobody#"), 1, "Nobody#"),
    (("person", "revoke", "Anne"), 1, "Anne"),
    (("person", "rename", "Anne", "Marc"), 1, "Marc"),
    (("person", "pin", "Anne", "--pin", "abcd"), 2, "PIN"),
    (("instrument", "swap", "gac#2", *LOANER), 1, "gac#2"),
    (("instrument", "swap", "../people", *LOANER), 1, ""),
    (("cell", "movements", "c1#"), 1, "c1#"),
    (("compare", "--test", "phone", "--reference", "lab", "--analyte", "protein"), 1, "protein"),
    (("lab", "dismiss", "x#1", "--why", "twice"), 1, "silo lab waiting"),
    (("instrument", "swap", "nowhere", *LOANER), 1, "nowhere"),
    (
        ("instrument", "swap", "gac", *LOANER, "--driver", "mt-sics", "--set", "poll=daily"),
        1,
        "poll = 'daily'",
    ),
    (("instrument", "swap", "gac", *LOANER, "--uncertainty", "sugar=1"), 2, "sugar"),
    (("instrument", "describe", "nowhere"), 1, "nowhere"),
    (("instrument", "describe", "gac", "--uncertainty", "moisture=nan"), 2, "moisture"),
    (("cell", "treat", "2026/99", "K-Obiol", "20", "ml/t", *DELTA, *BY_MARC), 1, "load"),
    (("cell", "out", "c9", "1", *OUT), 1, "c9"),
    (("cell", "out", "c4", "1", *OUT), 1, "1,000"),
    (("cell", "out", "c1", "24,860", *OUT), 2, "24860"),
    (("cell", "out", "c1", "0", *OUT), 2, "weight: "),
    (("cell", "out", "c1", "nan", *OUT), 2, "weight: "),
    (("cell", "out", "c1", "1", "--regime", "lent", *OUT), 2, "regime: "),
    (("cell", "out", "c1", "1", "--weighings", "w1", "w2", *OUT), 1, "weighing"),
    (("cell", "out", "c1", "1", "--reason", "x", "--by", "Anne", "--pin", "0000"), 1, ""),
    (("cell", "transfer", "c1", "c1", "1", *OUT), 1, "cell 1 already"),
    (("cell", "transfer", "c1", "c4", "1", *OUT), 1, "4 bio"),
    (("cell", "correct", "c1", "1", *OUT), 1, ""),
    (("cell", "movements", "c9"), 1, "c9"),
    (("cell", "movements", "c1", "--limit", "0"), 2, "number of rows"),
    (("lab", "add", "K9", "moisture", "13,2", *LAB), 1, "K9"),
    (("lab", "add", "K1", "moisture", "130", *LAB), 1, "130"),
    (("lab", "add", "K1", "moisture", "nan", *LAB), 2, "value: "),
    (("lab", "add", "K1", "colour", "1", *LAB), 2, "analyte: "),
    (("model", "install", "strange.bundle"), 1, "trusted_keys"),
    (("model", "install", "nothing.bundle"), 2, "nothing.bundle"),
    (("model", "promote", MODEL, "9"), 1, "9"),
    (("model", "promote", MODEL, "5", "--by", "Marc", "--pin", "0000"), 1, ""),
    (("model", "promote", MODEL, "5", "--by", "Anne", "--pin", PIN), 1, ""),
    (("model", "promote", MODEL, "5", "--by", "Marc", "--pin", "1"), 2, "Silo-Pin"),
    (("model", "promote", MODEL, " "), 2, "version: "),
    (("model", "rollback", TASK, "oats"), 1, "oats"),
    (("model", "rollback", "Kernel class", SPECIES), 2, "task: "),
    (("model", "retire", MODEL, "9"), 1, "9"),
    (("model", "retire", MODEL, "7", "--by", "Nobody", "--pin", PIN), 1, ""),
    ((*APPROVE, "--by", "Anne", "--pin", PIN), 1, ""),
    ((*APPROVE, *BY_MARC, "--days", "-1"), 2, "days: "),
    (("model", "policy", "withdraw", TASK, "oats", *BY_MARC), 1, "oats"),
    (("model", "policy", "withdraw", TASK, "oats", "--by", "", "--pin", PIN), 2, "Silo-Manager"),
    (("model", "backtest", "nothing.bundle"), 2, "nothing.bundle"),
]

COMMANDS = [words for words, *_ in (*ACTS, *LOOKS)]


def run(site: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> Result:
    """Runs `silo` in the folder of the site file, where the bundles are."""
    monkeypatch.chdir(site.parent)
    return CliRunner().invoke(app, [*words, "--config", site.name], catch_exceptions=False)


@pytest.fixture(scope="module", params=["closed", "running"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    file = furnished(tmp_path_factory.mktemp(request.param), START)
    if request.param == "closed":
        yield file
        return
    with StationProcess(file, file.parent / "station.log", speed=1.0, start=START):
        yield file


def names(cases: list[tuple[tuple[str, ...], *tuple[object, ...]]]) -> list[str]:
    return [" ".join(words) for words, *_ in cases]


@pytest.mark.parametrize(("words", "kind", "by"), ACTS, ids=names(ACTS))
def test_an_act_is_recorded_with_who_did_it(
    site: Path, words: tuple[str, ...], kind: str, by: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(events(site))
    done = run(site, words, monkeypatch)
    assert done.exit_code == 0, done.stderr
    recorded = {event[1:] for event in events(site)[before:]}
    assert recorded == ({(kind, by)} if kind else {(one, by) for one in OF_A_FILE})


@pytest.mark.parametrize(("words", "says"), LOOKS, ids=names(LOOKS))
def test_what_is_known_is_shown(
    site: Path, words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(site, words, monkeypatch)
    assert done.exit_code == 0, done.stderr
    assert says in done.stdout
    for line in done.stdout.splitlines():
        json.loads(line)


@pytest.mark.parametrize(("words", "code", "says"), REFUSED, ids=names(REFUSED))
def test_what_cannot_be_done_says_why_and_records_nothing(
    site: Path, words: tuple[str, ...], code: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(events(site))
    done = run(site, words, monkeypatch)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.startswith("silo: ")
    assert says in done.stderr
    is_wrong_pin = "0000" in words or "Nobody" in words
    assert [kind for _, kind, _ in events(site)[before:]] == ["sign_in_failed"] * is_wrong_pin


def test_the_token_that_is_shown_is_the_one_that_opens(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = json.loads(run(site, ("token", "add", "gate"), monkeypatch).stdout)
    (kept,) = looked_up(site, "SELECT token_hash FROM terminal WHERE name = 'gate'")
    assert kept == (hashlib.sha256(token.encode()).hexdigest(),)


def test_a_name_in_an_address_names_nothing_else(site: Path) -> None:
    """`token revoke 'tel#2'` and the like, above, have left the token of the shorter name alone."""
    kept = dict(looked_up(site, "SELECT name, revoked_at FROM terminal"))
    assert (kept["tel"], kept["office"]) == (None, None)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A silo that the commands do not reach."""
    return furnished(tmp_path_factory.mktemp("elsewhere"), START)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_station_that_holds_its_folder_but_does_not_answer_is_a_network_fault(
    elsewhere: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = elsewhere.parent / "data"
    with closing(Ledger(data)):
        without_token = run(elsewhere, words, monkeypatch)
        (data / "admin.token").write_text("nobody listens")
        with_token = run(elsewhere, words, monkeypatch)
    (data / "admin.token").unlink()
    assert (without_token.exit_code, with_token.exit_code) == (4, 4)
    assert "admin.token" in without_token.stderr
    assert "127.0.0.1" in with_token.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_damaged_ledger_is_a_fault_of_the_database(
    elsewhere: Path, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "site.toml",
        "wheat-2.bundle",
        "wheat-2.bundle.minisig",
        "waiver.toml",
        "labo.csv",
        "labo.toml",
    ):
        (tmp_path / name).write_bytes((elsewhere.parent / name).read_bytes())
    data = tmp_path / "data"
    data.mkdir()
    (data / "unclean").touch()
    (data / "ledger.db").write_bytes(b"no database at all" * 1000)
    done = run(tmp_path / "site.toml", words, monkeypatch)
    assert (done.exit_code, "ledger.db" in done.stderr) == (5, True), done.stderr


def test_a_ledger_that_fails_in_the_middle_of_an_act_is_a_fault_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = furnished(tmp_path, START)
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.db")) as tx:
        tx.execute("DROP TABLE terminal")
    assert run(file, ("token", "add", "gate"), monkeypatch).exit_code == 5


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_wrong_site_file_is_a_fault_of_the_configuration(
    elsewhere: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = elsewhere.with_name("wrong.toml")
    wrong.write_text(elsewhere.read_text().replace("net_share = 0.62", "net_share = 62"))
    done = run(wrong, words, monkeypatch)
    assert (done.exit_code, "intake.net_share" in done.stderr) == (3, True), done.stderr


def test_a_refusal_is_told_in_the_readers_language(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "LANGUAGE", "fr")
    said = run(site, ("model", "promote", MODEL, "9"), monkeypatch).stderr
    assert said.startswith(f"silo: Aucun modèle {MODEL} 9 n'est installé ici.")


def test_a_trusted_key_that_cannot_be_read_matters_to_who_installs_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = furnished(tmp_path, START)
    (tmp_path / "coop.pub").unlink()
    assert (
        run(file, ("person", "add", "Pia", "--role", "operator", "--pin", "2468"), monkeypatch).exit_code == 0
    )
    done = run(file, ("model", "install", "wheat-2.bundle"), monkeypatch)
    assert (done.exit_code, "vision.trusted_keys[0]" in done.stderr) == (3, True), done.stderr


def test_an_act_on_the_closed_folder_comes_after_what_is_recorded_whatever_the_machines_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box woke without a time: the acts' order is that of their times, and decides what is active."""
    future = datetime(2100, 1, 1, tzinfo=UTC)
    file = furnished(tmp_path, future)
    for words, *_ in ACTS:
        assert run(file, words, monkeypatch).exit_code == 0, words
    times = [at for at, *_ in events(file)]
    assert future <= times[0]
    assert times == sorted(times)
    rows = map(json.loads, run(file, ("model", "list", "--json"), monkeypatch).stdout.splitlines())
    status = {row["version"]: row["status"] for row in rows if row["species"] == SPECIES}
    assert (status["5"], status["6"], status["7"], status["2"]) == (
        "active",
        "rolled_back",
        "retired",
        "shadow",
    )
    with closing(Ledger(tmp_path / "data")) as ledger, ledger.read() as tx:
        assert audit.first_broken(tx) is None
