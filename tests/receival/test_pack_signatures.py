"""Where a site trusts keys, it takes a rule pack only with the signature of one of them."""

import hashlib
from pathlib import Path

import pytest

import station
from station.acts.refusals import Fault, Invalid
from station.receival.packs import rule_packs
from station.receival.packs.pack_signatures import PackSignature, signed
from station.receival.packs.pack_standing import standings
from station.signing import SecretKey, sign
from tests.silo_rig import MARC, RULES, Silo

COOP, STRANGER = SecretKey(b"coopcoop", bytes(range(32))), SecretKey(b"stranger", bytes(32))
NEW = RULES.replace('version = "2026.1"', 'version = "2026.2"')
GOOD = sign(NEW.encode(), COOP, "Soft wheat 2026.2")


def install(silo: Silo, signature: str, *keys: SecretKey, text: str = NEW) -> None:
    given = PackSignature(signature, [key.public for key in keys])
    rule_packs.install_pack(silo.desk, text, MARC, "asked for", silo.clock(), given)


def acts(silo: Silo) -> list[tuple[str, str]]:
    with silo.desk.ledger.read() as tx:
        return [(one.installed.key, one.installed.signature) for one in standings(tx).values()]


def test_the_key_and_the_signature_are_kept_with_the_act(silo: Silo) -> None:
    install(silo, GOOD, STRANGER, COOP)
    assert acts(silo)[-1] == (COOP.public.name, GOOD)


def test_without_trusted_keys_a_pack_is_taken_and_named_after_no_key(silo: Silo) -> None:
    install(silo, "")
    assert acts(silo)[-1] == ("", "")


@pytest.mark.parametrize(
    ("signature", "text", "code"),
    [
        ("", NEW, Fault.RULE_PACK_UNSIGNED),
        (sign(NEW.encode(), STRANGER, "x"), NEW, Fault.RULE_PACK_OTHER_KEY),
        (GOOD, NEW.replace("2026.2", "2026.3"), Fault.RULE_PACK_CHANGED),
        ("nonsense", NEW, Fault.RULE_PACK_CHANGED),
        (GOOD, NEW.replace('species = "soft_wheat"', 'species = "spelt"', 1), Fault.RULE_PACK_WRONG),
    ],
)
def test_what_no_trusted_key_signed_is_refused_and_nothing_changes(
    silo: Silo, signature: str, text: str, code: Fault
) -> None:
    before = acts(silo)
    with pytest.raises(Invalid) as caught:
        install(silo, signature, COOP, text=text)
    assert caught.value.code is code
    assert acts(silo) == before


def test_a_pack_that_was_withdrawn_keeps_the_key_that_it_came_with(silo: Silo) -> None:
    install(silo, GOOD, COOP)
    rule_packs.withdraw_pack(silo.desk, "Soft wheat", "2026.2", MARC, "", silo.clock())
    assert acts(silo)[-1] == (COOP.public.name, GOOD)


@pytest.mark.parametrize(
    ("signature", "key"), [(GOOD, COOP.public.name), (sign(NEW.encode(), STRANGER, "x"), ""), ("", "")]
)
def test_a_pack_that_the_site_file_names_is_installed_and_marked_where_no_trusted_key_signed_it(
    silo: Silo, signature: str, key: str
) -> None:
    given = {NEW: PackSignature(signature, [COOP.public])}
    rule_packs.follow_site_file(silo.desk, [NEW], silo.clock(), given)
    assert acts(silo)[-1] == (key, signature if key else "")
    assert signed("0" * 64, key) == ("key" if key else "no")


def test_a_pack_that_came_with_the_station_needs_no_signature() -> None:
    text = (Path(station.__path__[0]) / "rules" / "rapeseed.toml").read_bytes()
    assert signed(hashlib.sha256(text).hexdigest(), "") == "shipped"
