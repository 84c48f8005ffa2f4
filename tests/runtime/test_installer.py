"""Installing checks signature, hashes and the acceptance set on this machine; what fails is not kept."""

import json

import pytest

from station.acts.refusals import Conflict, Fault, Invalid
from station.models import releases
from station.runtime.installer import Installer
from station.signing import SecretKey, sign
from station.vision.bundle import MANIFEST, pack_bundle, parse_bundle
from tests.model_rig import Models, packed
from tests.silo_rig import Silo

pytestmark = pytest.mark.long

KEY = SecretKey(b"coopcoop", bytes(range(32)))
OTHER = SecretKey(b"stranger", bytes(32))


@pytest.fixture
def shelf(silo: Silo) -> Models:
    made = Models.at(silo)
    made.ship()
    return made


@pytest.fixture
def installer(shelf: Models) -> Installer:
    return Installer(shelf.silo.desk, shelf.bundles, [KEY.public])


def kept(shelf: Models) -> int:
    return len([path for path in (shelf.silo.desk.ledger.folder / "models").rglob("*") if path.is_file()])


def test_a_signed_bundle_that_passes_its_set_runs_in_shadow(shelf: Models, installer: Installer) -> None:
    data = packed("2")
    row = installer.install(data, sign(data, KEY, "wheat 2"), shelf.by())
    assert shelf.bundles.path(row.sha256).read_bytes() == data
    with shelf.silo.desk.ledger.read() as tx:
        installed = releases.last_act(tx, row.sha256)
        assert row.sha256 in releases.shadows(tx)
    assert installed is not None
    assert (row.signed_by, installed.data["passed"]) == (KEY.public.name, True)
    assert len(installed.data["cases"]) >= 1
    assert installer.install(data, sign(data, KEY, "wheat 2"), shelf.by()) == row


@pytest.mark.parametrize("case", ["another key", "changed after signing", "no bundle"])
def test_what_is_not_rightly_signed_or_whole_is_refused_and_not_kept(
    shelf: Models, installer: Installer, case: str
) -> None:
    data = packed("2")
    signature = sign(data, OTHER if case == "another key" else KEY, "wheat 2")
    if case == "changed after signing":
        data = data[:-1] + bytes([data[-1] ^ 1])
    if case == "no bundle":
        data = b"a text"
        signature = sign(data, KEY, "a text")
    with pytest.raises(Invalid) as refused:
        installer.install(data, signature, shelf.by())
    assert refused.value.code is Fault.BUNDLE_REFUSED
    assert kept(shelf) == 1


def test_a_bundle_that_answers_otherwise_here_is_refused_with_what_differs(
    shelf: Models, installer: Installer
) -> None:
    bundle = parse_bundle(packed("2"))
    manifest = json.loads(json.dumps(bundle.manifest.model_dump(mode="json")))
    manifest["acceptance"]["cases"][0]["expected"]["kernels"] = 5000
    content = {name: data for name, data in bundle.files.items() if name != MANIFEST}
    data = pack_bundle(manifest, content)
    with pytest.raises(Invalid) as refused:
        installer.install(data, sign(data, KEY, "wheat 2"), shelf.by())
    assert refused.value.code is Fault.ACCEPTANCE_FAILED
    (failure,) = refused.value.params["failures"]
    assert failure["params"]["expected"] == 5000
    assert kept(shelf) == 1


def test_the_same_version_with_other_content_is_refused(shelf: Models, installer: Installer) -> None:
    shelf.install("2")
    bundle = parse_bundle(packed("2"))
    manifest = {**bundle.manifest.model_dump(mode="json"), "licence": "another"}
    data = pack_bundle(manifest, dict(bundle.files))
    with pytest.raises(Conflict) as refused:
        installer.install(data, sign(data, KEY, "wheat 2"), shelf.by())
    assert refused.value.code is Fault.RELEASE_EXISTS
