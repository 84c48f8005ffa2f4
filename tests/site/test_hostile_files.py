"""What a silo, a co-operative or a maker of models writes in a file holds nothing that cannot be seen."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.errors import SettingError
from drivers.generic.generic import Generic
from drivers.generic.profile import SHIPPED
from station.grain.rules import RulePackError, parse_rule_pack
from station.runtime.bundles import shipped_bundle
from station.setting_problems import SettingsError
from station.signing import SecretKey, SignatureError, parse_public_key, sign, verify
from station.site.read import load_settings
from station.vision.bundle import MANIFEST
from station.vision.manifest import ManifestError, parse_manifest
from tests.hostile import HIDDEN, SENT, is_clean

EXAMPLES = Path(__file__).parents[2] / "examples"
SITE = (EXAMPLES / "site.toml").read_text(encoding="utf-8")
RULES = (EXAMPLES / "rules.toml").read_text(encoding="utf-8")
# A quoted text that stands alone behind its key.
QUOTED = re.compile(r'^(\w+) = "([^"\\]+)"', re.MULTILINE)
ESCAPED = [char for char in HIDDEN if char in SENT]  # TOML writes no surrogate


def spoilt(text: str, number: int, char: str) -> tuple[str, str]:
    """The file with a hidden character, as an escape, in one of its texts, and that text's key."""
    found = list(QUOTED.finditer(text))
    place = found[number % len(found)]
    return f"{text[: place.end() - 1]}\\U{ord(char):08x}{text[place.end() - 1 :]}", place[1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 500), st.sampled_from(ESCAPED))
def test_a_site_file_is_refused_by_the_key_that_holds_it(tmp_path: Path, number: int, char: str) -> None:
    text, key = spoilt(SITE, number, char)
    file = tmp_path / "site.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    (problem,) = refused.value.problems
    assert problem.where.endswith(key)
    assert f"U+{ord(char):04X}" in problem.text
    assert is_clean(str(problem))


def test_a_name_that_is_a_key_is_looked_at_too(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(SITE + '\n[products]\n"BL\\u200BE" = "soft_wheat"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert "products" in str(refused.value) or "not valid TOML" in str(refused.value)


def test_what_a_site_file_says_is_composed(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    file.write_text(
        re.sub(r'^name = "[^"]*"', 'name = "Cre\u0301py"', SITE, count=1, flags=re.M), encoding="utf-8"
    )
    assert load_settings(file).site.name == "Crépy"


@given(st.integers(0, 500), st.sampled_from(ESCAPED))
def test_a_rule_pack_is_refused_by_the_key_that_holds_it(number: int, char: str) -> None:
    text, key = spoilt(RULES, number, char)
    with pytest.raises(RulePackError) as refused:
        parse_rule_pack(text)
    assert refused.value.where.endswith(key)
    assert is_clean(str(refused.value))


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_a_manifest_is_refused_in_what_is_declared_and_in_what_is_free(char: str) -> None:
    with zipfile.ZipFile(shipped_bundle("wheat")) as bundle:
        manifest = json.loads(bundle.read(MANIFEST))
    for change, where in (
        ({"licence": f"CC{char}0"}, "licence"),
        ({"training": {"by": [f"a{char}"]}}, "training.by[0]"),
        ({"figures": {f"k{char}": 1}}, "figures"),
    ):
        with pytest.raises(ManifestError) as refused:
            parse_manifest(json.dumps({**manifest, **change}).encode())
        assert str(refused.value).startswith(f"{where}: holds U+{ord(char):04X}")


@pytest.mark.parametrize("char", ESCAPED, ids=ascii)
def test_a_signature_and_a_key_hold_nothing_hidden_in_their_comments(char: str) -> None:
    key = SecretKey(b"coopcoop", bytes(range(32)))
    good = sign(b"data", key, "wheat 2")
    assert verify(b"data", good, [key.public]) == key.public
    with pytest.raises(SignatureError):
        verify(b"data", good.replace("untrusted comment: ", f"untrusted comment: {char}", 1), [key.public])
    with pytest.raises(SignatureError):
        parse_public_key(f"untrusted comment: {char}\n" + key.public.text().split("\n", 1)[1])


@pytest.mark.parametrize("char", ESCAPED, ids=ascii)
def test_a_profile_is_refused_by_what_it_is_called(tmp_path: Path, char: str) -> None:
    text = (SHIPPED / "st-weight.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(
        re.sub(r'^name = "', f'name = "\\\\U{ord(char):08x}', text, count=1, flags=re.M), encoding="utf-8"
    )
    with pytest.raises(SettingError, match=r"name: holds U\+"):
        Generic({"profile": str(file)})
