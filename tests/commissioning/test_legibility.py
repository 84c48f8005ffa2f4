"""Whether bytes are text that repeats itself, as they are with the right line settings."""

import random

import pytest

from station.commissioning.legibility import legibility_of

LINES = b"".join(b"ST,GS,%7d kg\r\n" % (40_000 + n) for n in range(12))


def sent_with_parity(data: bytes) -> bytes:
    return bytes(byte | (0x80 if byte.bit_count() % 2 else 0) for byte in data)


def test_lines_that_differ_in_their_digits_are_clear() -> None:
    seen = legibility_of(LINES)
    assert (seen.readable, seen.alike, seen.messages, seen.is_clear) == (1.0, 10, 10, True)


def test_a_line_of_seven_bits_with_parity_read_as_eight_is_not_clear() -> None:
    seen = legibility_of(sent_with_parity(LINES))
    assert seen.readable < 0.7
    assert not seen.is_clear


def test_what_a_port_with_parity_refuses_is_not_text() -> None:
    marked = b"".join(b"\xff\x00%c" % byte if byte % 2 else bytes([byte]) for byte in LINES)
    assert legibility_of(marked).readable < 0.7


@pytest.mark.parametrize(
    "one", [b"=%07d", b"W%06dkg;", b"\x02A%06d\x03", b"%06d kg \r", b"\x02  43120\x03%c\r\n"]
)
def test_messages_without_a_line_end_are_clear_too(one: bytes) -> None:
    assert legibility_of(b"".join(one % n for n in range(30, 50))).is_clear


def test_noise_and_silence_are_not_clear() -> None:
    noise = random.Random(1).randbytes(600)
    assert not legibility_of(noise).is_clear
    assert legibility_of(b"").score == 0.0
    assert legibility_of(LINES).score > legibility_of(noise).score


def test_one_line_of_the_print_key_is_readable_and_proves_nothing() -> None:
    seen = legibility_of(b"GROSS  43120 kg\r\n")
    assert (seen.readable, seen.is_clear) == (1.0, False)
