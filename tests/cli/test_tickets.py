"""`silo ticket`: printed from a closed silo, and verified by whoever has its public key."""

import struct
import time
import zlib
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.receival.papers.paper_seals import public_key, sealed
from station.receival.papers.ticket_seal import TicketSeal
from station.receival.persons import people
from tests.cli.rig import invoke, run, silo, small_site
from tests.silo_rig import START, Silo

PIN = "2468"
BY = ("--by", "Anne", "--pin", PIN)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SEAL = TicketSeal(
    key=public_key(KEY).name, site="beauvoir", site_name="Silo de Beauvoir", campaign="2026", number=12,
    at=START, corrects=11, species="soft_wheat", grade="Blé meunier", provisional=False, gross_kg=43_120,
    tare_kg=15_240, net_kg=27_880, paid_kg=27_600, values=[("protein", 12.02, "dm", 0.15)],
    limits=[("protein", ">=", 11.0, "dm")],
)  # fmt: skip

NET = "net 27,880 kg (gross 43,120 kg, tare 15,240 kg)".replace(" kg", "\N{NO-BREAK SPACE}kg")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    site = small_site(folder)
    own = Silo.open(folder / "data")
    with closing(own.desk.ledger):
        people.add_person(own.desk, "Anne", PIN, ["operator"], "fr", own.clock())
        own.receive("AB-123-CD")
    return site


@pytest.fixture
def pub(tmp_path: Path) -> Path:
    file = tmp_path / "beauvoir.pub"
    file.write_text(public_key(KEY).text())
    return file


def test_a_ticket_is_written_verified_and_says_when_it_is_a_duplicate(closed: Path, tmp_path: Path) -> None:
    paper, again, key = tmp_path / "1.pdf", tmp_path / "2.pdf", tmp_path / "silo.pub"
    nowhere = run(closed, "ticket", "print", "1", "--pdf", str(tmp_path / "none" / "1.pdf"), *BY)
    assert (nowhere.returncode, "there is no such file or folder" in nowhere.stderr) == (2, True)
    first = run(closed, "ticket", "print", "1", "--pdf", str(paper), *BY)
    assert first.returncode == 0, first.stderr
    assert "DUPLICATA" not in first.stderr
    second = run(closed, "ticket", "print", "1", "--pdf", str(again), "--paper", "A4", *BY)
    assert "DUPLICATA" in second.stderr
    key.write_text(silo(closed, "ticket", "key"))
    for file in (paper, again):
        told = invoke("ticket", "verify", str(file), "--key", str(key))
        assert told.returncode == 0, told.stderr
        assert NET in told.stdout
        assert "Genuine: signed with the key" in told.stdout
        assert "Dupont" not in told.stdout
        assert "AB-123" not in told.stdout
    assert run(closed, "ticket", "print", "9", "--pdf", str(paper), *BY).returncode == 1
    assert run(closed, "ticket", "print", "1", *BY).returncode == 1  # the site has no printer
    assert silo(closed, "ticket", "jobs") == ""


def test_a_ticket_reads_in_words_what_was_signed(pub: Path) -> None:
    told = invoke("ticket", "verify", sealed(SEAL, KEY), "--key", str(pub)).stdout.splitlines()
    assert told[0].startswith("Ticket 12 of the campaign 2026, Silo de Beauvoir, ")
    assert told[1:] == [
        "It replaces ticket No. 11.",
        "soft wheat, Blé meunier",
        NET,
        "Payment weight: 27,600\N{NO-BREAK SPACE}kg",
        "protein: 12.02 ± 0.3 % dry m., k = 2, limit ≥ 11",
        f"Genuine: signed with the key {SEAL.key}.",
    ]


def test_the_hour_is_the_silo_s_wherever_it_is_verified(pub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 7, 20, 23, 58, tzinfo=timezone(timedelta(hours=2)))
    code = sealed(SEAL.model_copy(update={"at": at}), KEY)
    for zone in ("UTC", "America/Montreal"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        told = invoke("ticket", "verify", code, "--key", str(pub)).stdout.splitlines()
        assert told[0].endswith(", Silo de Beauvoir, 20/07/2026 23:58")
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (sealed(SEAL, None), "FORGED"),
        (sealed(SEAL, Ed25519PrivateKey.generate()), "FORGED"),
        (sealed(SEAL.model_copy(update={"key": "0" * 16}), KEY), "Unknown"),
        (sealed(SEAL, KEY)[:-9], "part of it is missing"),
        ("SILO2" + "A" * 30, "part of it is missing"),
    ],
)
def test_what_the_silo_did_not_sign_is_refused(text: str, says: str, pub: Path) -> None:
    told = invoke("ticket", "verify", text, "--key", str(pub))
    assert (told.returncode, told.stdout) == (1, "")
    assert says in told.stderr


def test_a_shipment_s_signature_is_no_ticket_s(pub: Path) -> None:
    from station import sealed_text

    fields = list(SEAL.model_dump(mode="json").values())
    other = "SILO2" + sealed_text.seal("SILO1", fields, KEY).removeprefix("SILO1")
    assert "FORGED" in invoke("ticket", "verify", other, "--key", str(pub)).stderr


def test_without_the_key_or_without_a_code_nothing_is_verified(tmp_path: Path, pub: Path) -> None:
    assert "Unknown" in invoke("ticket", "verify", sealed(SEAL, KEY)).stderr
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), np.full((200, 200), 255, np.uint8))
    assert "no QR code of a paper" in invoke("ticket", "verify", str(photo), "--key", str(pub)).stderr
    absent = invoke("ticket", "verify", "7F40 F80B", "--key", str(pub))
    assert (absent.returncode, "7F40 F80B: neither a paper's code nor a file" in absent.stderr) == (2, True)
    folder = invoke("ticket", "verify", str(tmp_path), "--key", str(pub))
    assert (folder.returncode, "this is a folder, not a file" in folder.stderr) == (2, True)
    pub.write_text("no key")
    wrong = invoke("ticket", "verify", sealed(SEAL, KEY), "--key", str(pub))
    assert (wrong.returncode, "no public key" in wrong.stderr) == (2, True)


def test_a_picture_that_claims_to_be_endless_shows_no_code(tmp_path: Path, pub: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "endless.png").write_bytes(png)
    told = invoke("ticket", "verify", str(tmp_path / "endless.png"), "--key", str(pub))
    assert (told.returncode, "no QR code of a paper" in told.stderr) == (1, True)
