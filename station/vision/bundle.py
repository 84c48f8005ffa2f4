"""A model bundle: one zip with `manifest.json`, `model.onnx` and the SHA-256 of every file in the manifest.

Manifest (JSON): `format` 1, `name`, `version`, `task`, `species` (validated for), `not_validated`, `fails`,
`input` {side, fill, channels, mean, std, balance {reference, gains}}, `classes`,
`confusion` {true class: {source photo: [kernels by called class]}}, `temperature`,
`unknown` {means, precision, distance2, share, elongation}, `licence`, `training_data`, `figures`,
`files` {name: sha256}.
"""

import hashlib
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BUNDLE_BYTES = 64_000_000
MAX_FILE_BYTES = 64_000_000
MANIFEST = "manifest.json"
MODEL = "model.onnx"
REQUIRED = (
    "name",
    "version",
    "task",
    "species",
    "input",
    "classes",
    "confusion",
    "temperature",
    "unknown",
    "files",
)
_UNZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)  # what zipfile is known to raise for damaged archives
_STAMP = (2020, 1, 1, 0, 0, 0)  # a fixed time, so that equal content gives equal bytes


class BundleError(Exception):
    """The bundle cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Verified content; `sha256` is that of the whole bundle file."""

    manifest: Mapping[str, Any]
    model: bytes
    sha256: str

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        return str(self.manifest["version"])


def read_bundle(path: Path) -> Bundle:
    """Reads and verifies a bundle file. Raises BundleError."""
    try:
        if path.stat().st_size > MAX_BUNDLE_BYTES:
            raise BundleError(f"{path}: larger than {MAX_BUNDLE_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror or error}") from error
    return parse_bundle(data, str(path))


def parse_bundle(data: bytes, where: str = "bundle") -> Bundle:
    """Verifies the bytes of a bundle: every file is listed with its true SHA-256, none is missing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _extract(archive, where)
    except _UNZIP_ERRORS as error:
        raise BundleError(f"{where}: not a model bundle: {error}") from error
    manifest = _manifest(files, where)
    _verify(manifest, files, where)
    return Bundle(manifest, files[MODEL], hashlib.sha256(data).hexdigest())


def pack_bundle(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The bytes of a bundle; hashes of `files` are put into the manifest. Equal input, equal bytes."""
    whole = {
        **manifest,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    content = {MANIFEST: json.dumps(whole, indent=1, ensure_ascii=False).encode(), **files}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _extract(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for info in archive.infolist():
        total += info.file_size
        if total > MAX_FILE_BYTES:
            raise BundleError(f"{where}: unpacks to more than {MAX_FILE_BYTES} bytes")
        if info.filename in files:
            raise BundleError(f"{where}: {info.filename} is there twice")
        files[info.filename] = archive.read(info)
    return files


def _manifest(files: Mapping[str, bytes], where: str) -> dict[str, Any]:
    if MANIFEST not in files:
        raise BundleError(f"{where}: {MANIFEST} is missing")
    try:
        manifest = json.loads(files[MANIFEST])
    except ValueError as error:
        raise BundleError(f"{where}: {MANIFEST}: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != 1:
        raise BundleError(f"{where}: {MANIFEST}: format 1 expected")
    missing = [key for key in REQUIRED if key not in manifest]
    if missing:
        raise BundleError(f"{where}: {MANIFEST}: {', '.join(missing)} missing")
    return manifest


def _verify(manifest: Mapping[str, Any], files: Mapping[str, bytes], where: str) -> None:
    listed = manifest["files"]
    if not isinstance(listed, dict) or MODEL not in listed:
        raise BundleError(f"{where}: {MANIFEST}: files does not list {MODEL}")
    if extra := sorted(set(files) - set(listed) - {MANIFEST}):
        raise BundleError(f"{where}: {extra[0]} is not listed in the manifest")
    for name, sha256 in listed.items():
        if name not in files:
            raise BundleError(f"{where}: {name} is missing")
        if hashlib.sha256(files[name]).hexdigest() != sha256:
            raise BundleError(f"{where}: {name} was changed: its SHA-256 is not the manifest's")
