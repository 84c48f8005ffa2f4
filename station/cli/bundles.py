"""Model bundles on a data scientist's machine: make a key, pack, sign, verify."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.file_words import end_of
from station.cli.files import read_bytes, signer_of_file, write_bytes
from station.cli.say import Exit, _, fail, out, tell, with_messages

if TYPE_CHECKING:
    from station.signing import PublicKey
    from station.vision.trial import Trial


def commands(app: typer.Typer) -> None:
    app.command("keygen", help=_("A key pair that signs bundles: NAME.key and NAME.pub."))(keygen)
    app.command("pack", help=_("A folder with manifest, model and acceptance photos to one bundle."))(pack)
    app.command("sign", help=_("Signs a bundle: writes the signature beside it."))(sign)
    app.command("verify", help=_("Signature, hashes, model and acceptance set, on this machine."))(verify)


def keygen(
    name: Annotated[Path, typer.Argument(help=_("Name of the key: two files are made."))],
    password: Annotated[
        bool, typer.Option("--password", help=_("Protect the secret key by a password."))
    ] = False,
) -> None:
    from station.secret_keys import new_secret_key, secret_key_text

    secret, public = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    if there := next((path for path in (secret, public) if path.exists()), None):
        fail(_("{path} is there already: choose another name").format(path=there), Exit.USAGE)
    phrase = typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True) if password else None
    key = new_secret_key(os.urandom)
    _write_secret(secret, secret_key_text(key, phrase, os.urandom))
    write_bytes(public, key.public.text().encode())
    tell(_("Key {name}: keep {secret} to yourself, give {public} to the silos.").format(
        name=key.public.name, secret=secret, public=public))  # fmt: skip


def pack(
    folder: Annotated[Path, typer.Argument(help=_("Holds manifest.json, model.onnx and acceptance/."))],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=_("The bundle's file; else NAME-VERSION.bundle."))
    ] = None,
    expect: Annotated[
        bool,
        typer.Option("--expect", help=_("Judge the acceptance photos now and expect the same elsewhere.")),
    ] = False,
) -> None:
    from station.vision.acceptance import with_expected
    from station.vision.bundle import BundleError, pack_bundle, parse_bundle
    from station.vision.model import start_model

    manifest, files = _folder(folder)
    try:
        if expect:
            manifest = with_expected(manifest, files)
        data = pack_bundle(manifest, files)
        bundle = parse_bundle(data, str(folder))
        start_model(bundle)
    except BundleError as error:
        fail(str(error), Exit.NEGATIVE)
    target = output or Path(f"{bundle.name}-{bundle.version}.bundle")
    write_bytes(target, data)
    tell(_("{path}: {size} bytes, SHA-256 {sha256}; sign it with silo model sign").format(
        path=target, size=len(data), sha256=bundle.sha256))  # fmt: skip


def sign(
    bundle: Annotated[Path, typer.Argument(help=_("The bundle's file."))],
    key: Annotated[Path, typer.Option("--key", help=_("The secret key: NAME.key, or one of minisign."))],
) -> None:
    from station.secret_keys import needs_password, parse_secret_key
    from station.signing import ENDING, SignatureError
    from station.signing import sign as sign_data
    from station.vision.bundle import BundleError, parse_bundle

    data, text = read_bytes(bundle), read_bytes(key).decode(errors="replace")
    try:
        packed = parse_bundle(data, str(bundle))
        phrase = typer.prompt(_("Password"), hide_input=True) if needs_password(text) else None
        signature = sign_data(
            data, parse_secret_key(text, phrase), f"{packed.name} {packed.version} sha256:{packed.sha256}"
        )
    except BundleError as error:
        fail(str(error), Exit.NEGATIVE)
    except SignatureError as error:
        fail(f"{key}: {error}", Exit.CONFIGURATION)
    target = Path(f"{bundle}{ENDING}")
    write_bytes(target, signature.encode())
    tell(_("{path} written: it goes with the bundle").format(path=target))


def verify(
    bundle: Annotated[Path, typer.Argument(help=_("The bundle's file."))],
    keys: Annotated[
        list[Path] | None, typer.Option("--key", help=_("A public key that is trusted; several may be."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("JSON on standard output."))] = False,
) -> None:
    from station.signing import SignatureError
    from station.vision.bundle import BundleError
    from station.vision.trial import try_out

    try:
        signer = signer_of_file(bundle, keys or [])
        trial = try_out(bundle)
    except (SignatureError, BundleError) as error:
        if as_json:
            out({"bundle": str(bundle), "passed": False, "problem": str(error)})
        fail(str(error), Exit.NEGATIVE)
    if as_json:
        signed_by = signer.name if signer else None
        out(with_messages({"bundle": str(bundle), "signed_by": signed_by, **trial.as_dict()}))
    _tell_trial(bundle, signer, trial)
    raise typer.Exit(Exit.DONE if trial.acceptance.passed else Exit.NEGATIVE)


def _tell_trial(bundle: Path, signer: "PublicKey | None", trial: "Trial") -> None:
    tell(f"{bundle}: {trial.name} {trial.version}, {trial.task}, {', '.join(trial.species)}")
    if signer is None:
        tell(_("    signature: not checked, name the public key with --key"))
    else:
        tell(_("    signature: by the key {name}").format(name=signer.name))
    for case in trial.acceptance.cases:
        tell(f"    {'✓' if case.passed else '✗'} {case.file}")
    for reason in with_messages([one.as_dict() for one in trial.acceptance.reasons + trial.warnings]):
        tell("    " + reason["message"])
    tell(_("    {seconds} s and {memory} MB for 12 megapixels of {kernels} kernels").format(
        seconds=trial.seconds, memory=trial.memory_mb, kernels=trial.kernels))  # fmt: skip


def _folder(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest, and every other file of the folder by its name in the bundle."""
    try:
        manifest = json.loads(read_bytes(folder / "manifest.json"))
    except ValueError as error:
        fail(f"{folder / 'manifest.json'}: {error}", Exit.CONFIGURATION)
    if not isinstance(manifest, dict):
        fail(_("{path}: an object is expected").format(path=folder / "manifest.json"), Exit.CONFIGURATION)
    files = {
        path.relative_to(folder).as_posix(): read_bytes(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    return manifest, files


def _write_secret(path: Path, text: str) -> None:
    """Readable by its owner only, from its first byte on."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        end_of(path, error)
