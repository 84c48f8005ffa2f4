"""A bundle that was changed in any way is refused, and says what is wrong."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.vision.bundle import MANIFEST, MODEL, BundleError, pack_bundle, parse_bundle, read_bundle
from tests.draws import examples
from tests.vision.conftest import BUNDLE


def content_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_the_shipped_bundle_is_small_and_says_what_it_is() -> None:
    bundle = read_bundle(BUNDLE)
    assert BUNDLE.stat().st_size <= 5_000_000
    assert (bundle.name, bundle.version) == ("wheat-kernels", "2.3")
    assert bundle.sha256 == hashlib.sha256(BUNDLE.read_bytes()).hexdigest()
    assert (bundle.task, bundle.species) == ("kernel_class", ("wheat",))
    assert bundle.manifest.licence
    assert any("barley" in text for text in bundle.manifest.not_validated)
    assert 0.5 < bundle.manifest.figures["balanced_accuracy"] < 0.95


def test_packing_what_was_read_gives_the_same_bytes() -> None:
    content = content_of(BUNDLE)
    manifest = json.loads(content.pop(MANIFEST))
    assert pack_bundle(manifest, content) == BUNDLE.read_bytes()


def test_a_changed_model_is_refused_by_name() -> None:
    content = content_of(BUNDLE)
    content[MODEL] = content[MODEL][:-1] + bytes([content[MODEL][-1] ^ 1])
    with pytest.raises(BundleError, match=r"model\.onnx was changed"):
        parse_bundle(zipped(content))


def test_an_added_a_missing_and_a_doubled_file_are_refused() -> None:
    content = content_of(BUNDLE)
    with pytest.raises(BundleError, match=r"extra\.txt is not listed"):
        parse_bundle(zipped({**content, "extra.txt": b"x"}))
    with pytest.raises(BundleError, match=r"model\.onnx is missing"):
        parse_bundle(zipped({name: data for name, data in content.items() if name != MODEL}))
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        parse_bundle(zipped({MODEL: content[MODEL]}))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", bytes(1000)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match="not a model bundle"):
        parse_bundle(data)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(BundleError, match=r"nowhere\.bundle"):
        read_bundle(Path("/nowhere.bundle"))


def shipped() -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and files of the shipped bundle, to be changed."""
    content = content_of(BUNDLE)
    return json.loads(content.pop(MANIFEST)), content


def test_a_bundle_of_the_first_format_says_which_one_is_expected() -> None:
    manifest, files = shipped()
    with pytest.raises(BundleError, match=r"manifest\.json: format: 2 is expected"):
        parse_bundle(pack_bundle({**manifest, "format": 1}, files))


def test_a_model_that_is_no_onnx_is_a_bundle_error() -> None:
    manifest, files = shipped()
    with pytest.raises(BundleError, match="not an ONNX file"):
        parse_bundle(pack_bundle(manifest, {**files, MODEL: b"not a model"}))


@settings(max_examples=examples(80), deadline=None)
@given(st.integers(0, 10_000_000), st.integers(1, 255))
def test_no_changed_byte_is_ever_accepted_with_other_content(position: int, flip: int) -> None:
    honest = BUNDLE.read_bytes()
    data = bytearray(honest)
    data[position % len(data)] ^= flip
    try:
        bundle = parse_bundle(bytes(data))
    except BundleError:
        return
    assert (bundle.files, bundle.manifest) == (parse_bundle(honest).files, parse_bundle(honest).manifest)
