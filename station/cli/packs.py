"""Rule packs as files: check one, sign it, tell two apart."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.cli.files import read_bytes, read_text, signer_of_file, write_bytes
from station.cli.options import JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, out, show, tell

if TYPE_CHECKING:
    from station.grain.rules import RulePack
    from station.signing import PublicKey

PackArgument = Annotated[Path, typer.Argument(help=_("The pack's TOML file."))]


def commands(rules: typer.Typer) -> None:
    rules.command("verify", help=_("Whether a pack can be used, and by which key it is signed."))(verify)
    rules.command("diff", help=_("What differs between two packs; exit 1 where anything does."))(diff)
    rules.command("sign", help=_("Signs a pack: writes the signature beside it."))(sign)


def verify(
    pack: PackArgument,
    keys: Annotated[
        list[Path] | None, typer.Option("--key", help=_("A public key that is trusted; several may be."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    from station.grain.rules import RulePackError
    from station.signing import SignatureError

    try:
        read = read_pack(pack)
        signer = signer_of_file(pack, keys or [])
    except RulePackError as error:
        from ui.words.rule_packs import pack_problem

        problem = pack_problem(error.as_dict(), LANGUAGE)
        if as_json:
            out(
                {
                    "pack": str(pack),
                    "passed": False,
                    "where": error.where,
                    "code": error.code,
                    "problem": problem,
                }
            )
        fail(f"{pack}: {problem}", Exit.NEGATIVE)
    except SignatureError as error:
        if as_json:
            out({"pack": str(pack), "passed": False, "problem": str(error)})
        fail(f"{pack}: {error}", Exit.NEGATIVE)
    if as_json:
        out(_as_dict(pack, read, signer))
    else:
        _tell(pack, read, signer)
        _warn_of_claims(read)


def sign(
    pack: PackArgument,
    key: Annotated[Path, typer.Option("--key", help=_("The secret key: NAME.key, or one of minisign."))],
) -> None:
    from station.grain.rules import RulePackError
    from station.secret_keys import needs_password, parse_secret_key
    from station.signing import ENDING, SignatureError
    from station.signing import sign as sign_data

    data, text = read_bytes(pack), read_bytes(key).decode(errors="replace")
    try:
        read = read_pack(pack)
        phrase = typer.prompt(_("Password"), hide_input=True) if needs_password(text) else None
        comment = f"{read.name} {read.version} sha256:{read.sha256}"
        signature = sign_data(data, parse_secret_key(text, phrase), comment)
    except RulePackError as error:
        from ui.words.rule_packs import pack_problem

        fail(f"{pack}: {pack_problem(error.as_dict(), LANGUAGE)}", Exit.NEGATIVE)
    except SignatureError as error:
        fail(f"{key}: {error}", Exit.CONFIGURATION)
    target = Path(f"{pack}{ENDING}")
    write_bytes(target, signature.encode())
    tell(_("{path} written: it goes with the pack").format(path=target))


def diff(
    old: Annotated[str, typer.Argument(help=_("A pack's file, or NAME VERSION of one that was installed."))],
    new: Annotated[str, typer.Argument(help=_("The other one, said likewise."))],
    config: Annotated[Path | None, typer.Option(help=_("The site file, to look installed packs up."))] = None,
    as_json: JsonOption = False,
) -> None:
    from station.grain.rules import RulePackError
    from station.grain.rules.comparing import differences
    from ui.words.i18n import translator
    from ui.words.pack_differences import difference_lines
    from ui.words.rule_packs import pack_problem

    try:
        packs = _pack_named(old, config), _pack_named(new, config)
    except RulePackError as error:
        fail(pack_problem(error.as_dict(), LANGUAGE), Exit.CONFIGURATION)
    found = differences(*packs)
    if as_json:
        for one in found:
            out(asdict(one))
    else:
        names = {grade.id: grade.name for pack in packs for grade in pack.grades}
        for line in difference_lines(found, names, translator(LANGUAGE)):
            show(line)
    raise typer.Exit(Exit.NEGATIVE if found else Exit.DONE)


def _pack_named(name: str, config: Path | None) -> "RulePack":
    """Raises RulePackError."""
    from station.grain.rules import parse_rule_pack

    if config is None or Path(name).exists():
        return parse_rule_pack(read_text(Path(name)))
    from station.cli.counter import ask

    rows = ask(config, "GET", "/rules")
    sha256 = next((row["sha256"] for row in rows if f"{row['name']} {row['version']}" == name), None)
    if sha256 is None:
        fail(_("no file and no rule pack is called {name}").format(name=name), Exit.USAGE)
    return parse_rule_pack(ask(config, "GET", f"/rules/{sha256}")["text"])


def read_pack(file: Path) -> "RulePack":
    """Raises RulePackError."""
    from station.grain.rules import read_new_pack

    return read_new_pack(read_text(file))


def _as_dict(file: Path, pack: "RulePack", signer: "PublicKey | None") -> dict[str, object]:
    return {
        "pack": str(file), "passed": True, "name": pack.name, "version": pack.version, "sha256": pack.sha256,
        "valid_from": pack.valid_from.isoformat(),
        "valid_until": pack.valid_until.isoformat() if pack.valid_until else None,
        "grades": [grade.id for grade in pack.grades], "signed_by": signer.name if signer else None,
    }  # fmt: skip


def _warn_of_claims(pack: "RulePack") -> None:
    """A site may name claims of its own, which this machine need not know."""
    from station.claims import CLAIMS
    from station.grain.rules import RulePackError, check_claims
    from ui.words.rule_packs import pack_problem

    try:
        check_claims(pack, CLAIMS.entries)
    except RulePackError as error:
        said = _("beware: {problem}. A silo installs it only where its site file names the claim.")
        tell("    " + said.format(problem=pack_problem(error.as_dict(), LANGUAGE)))


def _tell(file: Path, pack: "RulePack", signer: "PublicKey | None") -> None:
    from station.signing import ENDING

    tell(f"{pack.name} {pack.version}, {pack.valid_from.isoformat()}")
    for grade in pack.grades:
        price = pack.prices.get(grade.id)
        told = _("{count} criteria").format(count=len(grade.criteria))
        tell(f"    {grade.species}  {grade.name[LANGUAGE]}  {told}" + (f"  {price:g} €/t" if price else ""))
    if signer is None and not Path(f"{file}{ENDING}").exists():
        tell(_("    not signed: no signature lies beside it"))
    elif signer is None:
        tell(_("    signature: not checked, name the public key with --key"))
    else:
        tell(_("    signature: by the key {name}").format(name=signer.name))
