"""Files that a person sends down, read and checked before anything is kept."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.grain.form_reading import parse_form
from station.grain.forms import FormWrong
from station.grain.rules import RulePackError, read_new_pack
from station.hub.documents import New
from station.post.voting import LIMITS, VOTED_ON
from station.vision.bundle import BundleError, parse_bundle

SIGNATURE_SUFFIX = ".minisig"


class OutgoingWrong(Exception):
    """The file is not what it is sent as; the message says why."""


def outgoing(
    kind: str, file: Path, name: str | None, why: str, limits: Mapping[str, float] | None = None
) -> New:
    """Return what is to be sent; its name is the file's own where none is given. `limits`: of the stations'
    votes on it (`station.post.voting.Limits`). Raises OutgoingWrong and OSError."""
    body, signature = file.read_bytes(), file.with_name(file.name + SIGNATURE_SUFFIX)
    more: dict[str, Any] = {"why": why}
    if limits and kind in VOTED_ON:
        more[LIMITS] = dict(limits)
    if kind == "rule_pack":
        if signature.exists():
            more["signature"] = signature.read_text(encoding="utf-8")
        return New(kind, name or _pack_name(body), body, more=more)
    if kind == "form":
        return New(kind, name or _form_name(body), body, more=more)
    if kind == "policy":
        return New(kind, name or _policy_name(body), body, more=more)
    if not signature.exists():
        raise OutgoingWrong(f"{signature.name} is not beside it")
    try:
        bundle = parse_bundle(body, str(file))
    except BundleError as error:
        raise OutgoingWrong(str(error)) from None
    return New(kind, name or bundle.name, body, more={**more, "signature": signature.read_text()})


def _pack_name(body: bytes) -> str:
    try:
        return read_new_pack(body.decode()).name
    except (RulePackError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OutgoingWrong(str(error)) from None


def _form_name(body: bytes) -> str:
    try:
        return parse_form(body.decode()).name
    except (FormWrong, UnicodeDecodeError) as error:
        raise OutgoingWrong(str(error)) from None


def _policy_name(body: bytes) -> str:
    try:
        told = json.loads(body)
        return f"{told['task']} {told['species']}"
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OutgoingWrong(str(error)) from None
