"""The figures by which a second person, far away, approves one act: a challenge, and the answer to it.

    challenge  R NNNNN      R is the sum of the rules that break, 1 claims, 2 measurement, 4 never-blend; 8 is
                            "every load of a species without a measurement"; N are figures never given before
    answer     8 figures    HMAC-SHA-256(secret, "silo-station approval 1\\n" + challenge), truncated as HOTP
                            does (RFC 4226, 5.3): 31 bits from where the last half byte says, modulo 10^8

The phone page (`ui/phone/approve.html`) and `silo approve` answer without a network. A secret is 20 bytes
that are derived from the data folder's key, so that the ledger has none; a person types it once, as base32.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from urllib.parse import quote

from station.grain.guard import Guarded

Random = Callable[[int], bytes]

CHALLENGE, ANSWER = 6, 8  # figures
PROBE = "000000"  # never a challenge; its answer shows that a secret was typed well
_SIGNS = {Guarded.CLAIMS: 1, Guarded.MEASUREMENT: 2, Guarded.NEVER_BLEND: 4}
_STANDING = 8
_CONTEXT = b"silo-station approval 1\n"
_SECRET = 20


def new_challenge(rules: Sequence[Guarded], random: Random, *, is_standing: bool = False) -> str:
    """Draw a challenge for these rules; `random(n)` gives n bytes that nobody can guess."""
    first = _STANDING if is_standing else sum(_SIGNS[rule] for rule in rules)
    return f"{first}{int.from_bytes(random(8), 'big') % 100_000:05d}"


def rules_of(challenge: str) -> tuple[Guarded, ...]:
    """Return what a challenge is about, the gravest rule first; of a standing one the measurement."""
    first = int(challenge[0])
    if first == _STANDING:
        return (Guarded.MEASUREMENT,)
    return tuple(rule for rule in Guarded if first & _SIGNS[rule])


def is_standing(challenge: str) -> bool:
    return challenge[0] == str(_STANDING)


def is_challenge(text: str) -> bool:
    return len(text) == CHALLENGE and text.isascii() and text.isdecimal() and "1" <= text[0] <= "8"


def answer_to(challenge: str, secret: bytes) -> str:
    digest = hmac.digest(secret, _CONTEXT + challenge.encode(), hashlib.sha256)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**ANSWER:0{ANSWER}d}"


def is_answer(text: str, challenge: str, secret: bytes) -> bool:
    return hmac.compare_digest(answer_to(challenge, secret).encode(), text.encode())


def secret_of(key: bytes, enrolment: str) -> bytes:
    """Derive the secret of one enrolment from the data folder's key."""
    return hmac.digest(key, enrolment.encode(), hashlib.sha256)[:_SECRET]


def secret_text(secret: bytes) -> str:
    """Write a secret as a person types it: eight groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def read_secret(text: str) -> bytes:
    """Read a secret as it was typed, or from its address. Raises ValueError for what is none."""
    typed = text.partition("secret=")[2].partition("&")[0] or text
    letters = "".join(typed.split()).replace("-", "").upper()
    try:
        secret = base64.b32decode(letters)
    except ValueError as error:  # a sign that is none, or letters that are no whole bytes
        raise ValueError("no secret: it has 32 letters and figures") from error
    if len(secret) != _SECRET:
        raise ValueError("no secret: it has 32 letters and figures")
    return secret


def secret_address(secret: bytes, site: str, name: str) -> str:
    """Write a secret as an address that a QR code can carry, in the manner of one-time passwords."""
    letters = secret_text(secret).replace(" ", "")
    return f"silo-approve://{quote(site, safe='')}/{quote(name, safe='')}?secret={letters}&digits={ANSWER}"
