"""A model bundle is one zip with `manifest.json`, `model.onnx`, acceptance photos, and in the manifest the
SHA-256 of every file. What the manifest says is described in `manifest` and `declaration`.

Nothing is ever unpacked to a disk by a name from the archive.
"""

import hashlib
import importlib.metadata
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from station.vision.manifest import Manifest, ManifestError, parse_manifest
from station.vision.onnx_file import OnnxError, check_onnx

MAX_BUNDLE_BYTES = 64_000_000
MAX_FILE_BYTES = 64_000_000  # of all files together, unpacked
MAX_FILES = 100
MAX_MANIFEST_BYTES = 4_000_000
MANIFEST = "manifest.json"
MODEL = "model.onnx"
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
STATION_VERSION = importlib.metadata.version("silo-station")
_UNZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)  # what zipfile is known to raise for damaged archives
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_STAMP = (2020, 1, 1, 0, 0, 0)  # a fixed time, so that equal content gives equal bytes


class BundleError(Exception):
    """The bundle cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Holds verified content; `sha256` is that of the whole bundle file."""

    manifest: Manifest
    files: Mapping[str, bytes]
    sha256: str

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def task(self) -> str:
        return self.manifest.task

    @property
    def species(self) -> tuple[str, ...]:
        return self.manifest.species

    @property
    def model(self) -> bytes:
        return self.files[MODEL]

    def file(self, name: str) -> bytes:
        """Return the bytes of a listed file. Raises KeyError for any other name."""
        return self.files[name]


def read_bundle(path: Path) -> Bundle:
    """Read and verify a bundle file. Raises BundleError."""
    return parse_bundle(read_packed(path), str(path))


def read_packed(path: Path) -> bytes:
    """Return the bytes of a bundle file, not verified yet. Raises BundleError."""
    try:
        if path.stat().st_size > MAX_BUNDLE_BYTES:
            raise BundleError(f"{path}: larger than {MAX_BUNDLE_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror or error}") from error


def parse_bundle(data: bytes, where: str = "bundle", station: str = STATION_VERSION) -> Bundle:
    """Verify the bytes of a bundle: the manifest is whole, every file is listed with its true SHA-256, none
    is missing, and `station` (this station's version) is one it is made for. Raises BundleError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _extract(archive, where)
    except _UNZIP_ERRORS as error:
        raise BundleError(f"{where}: not a model bundle: {error}") from error
    manifest = _manifest(files, where)
    _verify(manifest.files, files, where)
    if not SpecifierSet(manifest.station).contains(station, prereleases=True):
        raise BundleError(f"{where}: made for a station {manifest.station}, this one is {station}")
    del files[MANIFEST]
    return Bundle(manifest, files, hashlib.sha256(data).hexdigest())


def pack_bundle(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a bundle; hashes of `files` are put into the manifest. Equal input, equal bytes."""
    whole = {
        **manifest,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    text = json.dumps(whole, indent=1, ensure_ascii=False).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {MANIFEST: text, **dict(sorted(files.items()))}.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _extract(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    """Return every file of the archive, within bounds that its directory states and reading keeps."""
    listed = archive.infolist()
    if len(listed) > MAX_FILES:
        raise BundleError(f"{where}: holds more than {MAX_FILES} files")
    if sum(info.file_size for info in listed) > MAX_FILE_BYTES:
        raise BundleError(f"{where}: unpacks to more than {MAX_FILE_BYTES} bytes")
    files: dict[str, bytes] = {}
    for info in listed:
        if not SAFE_NAME.fullmatch(info.filename):
            raise BundleError(f"{where}: {info.filename!r} is no name for a file in a bundle")
        if info.filename in files:
            raise BundleError(f"{where}: {info.filename} is there twice")
        if info.compress_type not in _METHODS:
            raise BundleError(f"{where}: {info.filename} is packed in a way that bundles do not use")
        files[info.filename] = archive.read(info)
    return files


def _manifest(files: Mapping[str, bytes], where: str) -> Manifest:
    if MANIFEST not in files:
        raise BundleError(f"{where}: {MANIFEST} is missing")
    if len(files[MANIFEST]) > MAX_MANIFEST_BYTES:
        raise BundleError(f"{where}: {MANIFEST} is larger than {MAX_MANIFEST_BYTES} bytes")
    try:
        return parse_manifest(files[MANIFEST])
    except ManifestError as error:
        raise BundleError(f"{where}: {MANIFEST}: {error}") from error


def _verify(listed: Mapping[str, str], files: Mapping[str, bytes], where: str) -> None:
    if MODEL not in listed:
        raise BundleError(f"{where}: {MANIFEST}: files does not list {MODEL}")
    if extra := sorted(set(files) - set(listed) - {MANIFEST}):
        raise BundleError(f"{where}: {extra[0]} is not listed in the manifest")
    for name, sha256 in listed.items():
        if name not in files:
            raise BundleError(f"{where}: {name} is missing")
        if hashlib.sha256(files[name]).hexdigest() != sha256:
            raise BundleError(f"{where}: {name} was changed: its SHA-256 is not the manifest's")
    try:
        check_onnx(files[MODEL])
    except OnnxError as error:
        raise BundleError(f"{where}: {MODEL}: {error}") from error
