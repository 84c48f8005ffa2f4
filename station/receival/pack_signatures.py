"""Who signed a rule pack: where a site trusts keys, it takes only packs that one of them signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.acts.refusals import Fault, Invalid
from station.grain.rules import RulePack
from station.signing import PublicKey, SignatureError, UnknownKey, verify


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
