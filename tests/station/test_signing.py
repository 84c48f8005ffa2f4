"""Signatures and keys, both ways with the real minisign, and everything that must not be accepted."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.secret_keys import needs_password, new_secret_key, parse_secret_key, secret_key_text
from station.signing import (
    PublicKey,
    SecretKey,
    SignatureError,
    parse_public_key,
    sign,
    trusted_comment,
    verify,
)
from tests.draws import examples

DATA = b"grain in, ticket out" * 1000
KEY = SecretKey(bytes(range(8)), bytes(range(32)))
OTHER = SecretKey(bytes(range(1, 9)), bytes(range(1, 33)))


@pytest.fixture
def minisign() -> str:
    program = shutil.which("minisign")
    if program is None:
        pytest.skip("minisign is not installed: apt-get install -y minisign")
    return program


def run(*arguments: str | Path, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(argument) for argument in arguments],
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("prehash", [True, False])
def test_minisign_accepts_our_signature_and_shows_its_comment(
    minisign: str, tmp_path: Path, prehash: bool
) -> None:
    (tmp_path / "key.pub").write_text(KEY.public.text())
    (tmp_path / "file").write_bytes(DATA)
    (tmp_path / "file.minisig").write_text(sign(DATA, KEY, "wheat 1, für die Ernte", prehash=prehash))
    done = run(minisign, "-V", "-p", tmp_path / "key.pub", "-m", tmp_path / "file")
    assert done.returncode == 0, done.stderr
    assert "wheat 1, für die Ernte" in done.stdout
    (tmp_path / "file").write_bytes(DATA + b"x")
    assert run(minisign, "-V", "-p", tmp_path / "key.pub", "-m", tmp_path / "file").returncode != 0


@pytest.mark.parametrize("prehash", ["-H", "-l"])
def test_we_accept_what_minisign_signs_with_its_own_key(minisign: str, tmp_path: Path, prehash: str) -> None:
    public, secret, file = tmp_path / "key.pub", tmp_path / "key.sec", tmp_path / "file"
    file.write_bytes(DATA)
    made = run(minisign, "-G", "-W", "-p", public, "-s", secret)
    assert made.returncode == 0, made.stderr
    signed = run(minisign, "-S", prehash, "-s", secret, "-m", file, "-t", "made by minisign")
    assert signed.returncode == 0, signed.stderr
    key = parse_public_key(public.read_text())
    signature = Path(f"{file}.minisig").read_text()
    assert verify(DATA, signature, [OTHER.public, key]) == key
    assert trusted_comment(signature) == "made by minisign"
    with pytest.raises(SignatureError, match="was changed"):
        verify(DATA[1:], signature, [key])
    ours = parse_secret_key(secret.read_text())
    assert ours.public == key


@pytest.mark.parametrize("password", [None, "pässword"])
def test_minisign_signs_with_a_key_that_we_made(minisign: str, tmp_path: Path, password: str | None) -> None:
    key = new_secret_key(os.urandom)
    (tmp_path / "key.sec").write_text(secret_key_text(key, password, os.urandom))
    (tmp_path / "file").write_bytes(DATA)
    done = run(minisign, "-S", "-s", tmp_path / "key.sec", "-m", tmp_path / "file", answer=f"{password}\n")
    assert done.returncode == 0, done.stderr
    assert verify(DATA, (tmp_path / "file.minisig").read_text(), [key.public]) == key.public


def test_a_password_protects_a_key_and_a_wrong_one_is_refused() -> None:
    text = secret_key_text(KEY, "secret", bytes)
    assert needs_password(text)
    assert parse_secret_key(text, "secret") == KEY
    with pytest.raises(SignatureError, match="password is wrong"):
        parse_secret_key(text, "Secret")
    with pytest.raises(SignatureError, match="protected by a password"):
        parse_secret_key(text)
    plain = secret_key_text(KEY, None, os.urandom)
    assert not needs_password(plain)
    assert parse_secret_key(plain) == KEY


def test_a_secret_key_is_never_shown() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


def test_an_unknown_key_is_refused_by_its_name() -> None:
    with pytest.raises(SignatureError, match=f"key {OTHER.public.name}, which is not among"):
        verify(DATA, sign(DATA, OTHER, "c"), [KEY.public])


def test_another_key_under_the_same_id_is_refused() -> None:
    liar = SecretKey(KEY.key_id, OTHER.seed)
    with pytest.raises(SignatureError, match="does not fit"):
        verify(DATA, sign(DATA, liar, "c"), [KEY.public])


def test_a_changed_trusted_comment_is_refused() -> None:
    signature = sign(DATA, KEY, "version 1").replace("version 1", "version 2")
    with pytest.raises(SignatureError, match="trusted comment was changed"):
        verify(DATA, signature, [KEY.public])


def test_a_signature_of_one_kind_is_not_taken_as_the_other() -> None:
    legacy = sign(DATA, KEY, "c", prehash=False)
    prehashed = sign(DATA, KEY, "c")
    mixed = "\n".join([legacy.splitlines()[0], prehashed.splitlines()[1], *legacy.splitlines()[2:]])
    with pytest.raises(SignatureError):
        verify(DATA, mixed, [KEY.public])


def test_a_comment_of_several_lines_cannot_be_signed() -> None:
    with pytest.raises(SignatureError, match="one line"):
        sign(DATA, KEY, "one\ntwo")


def test_the_public_key_is_read_from_its_file_and_from_its_line_alone() -> None:
    text = KEY.public.text()
    assert parse_public_key(text) == KEY.public == parse_public_key(text.splitlines()[1])


@settings(max_examples=examples(200))
@given(st.text(max_size=300))
def test_any_text_is_a_key_or_an_error(text: str) -> None:
    for read in (parse_public_key, parse_secret_key):
        with pytest.raises(SignatureError):
            read(text)
    with pytest.raises(SignatureError):
        verify(b"", text, [KEY.public])


@settings(max_examples=examples(200))
@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_no_changed_signature_verifies_as_another(position: int, put: str) -> None:
    honest = sign(DATA, KEY, "wheat 1")
    at = position % len(honest)
    changed = honest[:at] + put + honest[at + 1 :]
    try:
        assert verify(DATA, changed, [KEY.public]) == KEY.public
    except SignatureError:
        return
    assert trusted_comment(changed) == "wheat 1"


def test_a_key_file_that_asks_for_endless_work_is_refused() -> None:
    data = bytearray(base64.b64decode(secret_key_text(KEY, "p", os.urandom).splitlines()[1]))
    data[46:54] = (1 << 40).to_bytes(8, "little")
    with pytest.raises(SignatureError, match="too much memory"):
        parse_secret_key(base64.b64encode(bytes(data)).decode(), "p")


def test_keys_differ_and_name_themselves() -> None:
    one, two = new_secret_key(os.urandom), new_secret_key(os.urandom)
    assert one.key_id != two.key_id
    assert isinstance(one.public, PublicKey)
    assert len(one.public.name) == 16
