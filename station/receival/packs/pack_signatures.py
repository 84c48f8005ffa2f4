"""Who signed a rule pack: where a site trusts keys, a person installs only packs that one of them signed.

The site file may name one that nobody signed: who wrote it answers for that, and it is told as not signed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from station.acts.refusals import Fault, Invalid
from station.grain.rules import RulePack
from station.signing import PublicKey, SignatureError, UnknownKey, verify

Signed = Literal["key", "shipped", "no"]


@dataclass(frozen=True, slots=True)
class PackSignature:
    """A signature (minisign) as it came, and the keys that the site trusts."""

    text: str = ""
    keys: Sequence[PublicKey] = ()


UNSIGNED = PackSignature()


def signer_of(pack: RulePack, text: str, signature: PackSignature) -> str:
    """Return the name of the trusted key that signed the pack's text; empty where the site trusts none.
    Raises Invalid(rule_pack_unsigned, rule_pack_other_key, rule_pack_changed)."""
    told = {"name": pack.name, "version": pack.version}
    if not signature.keys:
        return ""
    if not signature.text:
        raise Invalid(Fault.RULE_PACK_UNSIGNED, **told)
    try:
        return verify(text.encode(), signature.text, signature.keys).name
    except UnknownKey as error:
        raise Invalid(Fault.RULE_PACK_OTHER_KEY, key=error.key, **told) from None
    except SignatureError:
        raise Invalid(Fault.RULE_PACK_CHANGED, **told) from None


def key_of(pack: RulePack, text: str, signature: PackSignature) -> str:
    """Return the trusted key that signed a pack which the site file names; empty where none did."""
    try:
        return signer_of(pack, text, signature)
    except Invalid:
        return ""


def signed(sha256: str, key: str) -> Signed:
    """Tell by whom a pack is answered for: a trusted key, this release that it came with, or nobody's
    signature."""
    return "key" if key else "shipped" if sha256 in _shipped() else "no"


@cache
def _shipped() -> frozenset[str]:
    files = resources.files("station").joinpath("rules").iterdir()
    return frozenset(
        hashlib.sha256(one.read_bytes()).hexdigest() for one in files if one.name.endswith(".toml")
    )
