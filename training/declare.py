"""Declare anew what the shipped bundles say of themselves; nets, and what these were measured to be, stay.

    python -m training.declare wheat-kernels-2.2 rice-kernels-1.2

The bundles of `training.declared` are packed beside the named ones, with their reports; nothing is learnt, so
the station's own environment is enough.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from station.vision.acceptance import with_expected
from station.vision.bundle import MODEL, pack_bundle, read_bundle
from training.declared import VERSIONS, declared
from training.trays import acceptance_set

BUNDLES = Path(__file__).parent.parent / "station" / "vision" / "bundles"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", nargs="+", help="name and version of a shipped bundle")
    for name in parser.parse_args().bundles:
        sys.stderr.write(f"{redeclare(BUNDLES / f'{name}.bundle')}\n")
    return 0


def redeclare(path: Path) -> Path:
    """Pack the bundle at `path` with what is declared now, write its report, and return where it lies."""
    bundle = read_bundle(path)
    crop = bundle.species[0]
    acceptance, photos = acceptance_set(crop)
    manifest = bundle.manifest.model_dump(mode="json", exclude={"files"}, exclude_none=True)
    new = {**declared(renamed(manifest), crop), "acceptance": acceptance}
    files = {MODEL: bundle.model, **photos}
    to = path.with_name(f"{bundle.name}-{VERSIONS[crop]}.bundle")
    to.write_bytes(pack_bundle(with_expected(new, files), files))
    _write_report(path, to, new)
    return to


def renamed(told: Any) -> Any:
    """Return JSON with the class that older bundles call sound under the name whole."""
    if isinstance(told, dict):
        return {"whole" if key == "sound" else key: renamed(value) for key, value in told.items()}
    return [renamed(one) for one in told] if isinstance(told, list) else told


def _write_report(path: Path, to: Path, manifest: dict[str, Any]) -> None:
    report = renamed(json.loads(path.with_suffix(".json").read_text()))
    report = {**report, "version": manifest["version"]}
    to.with_suffix(".json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    page = path.with_suffix(".md").read_text().splitlines()
    to.with_suffix(".md").write_text("\n".join(_page(page, manifest)) + "\n")


def _page(lines: list[str], manifest: dict[str, Any]) -> list[str]:
    """Return the page with the texts of now: everything else was measured."""
    page = [f"# {manifest['name']} {manifest['version']}"]
    titles = {"Not validated:": "not_validated", "Where it fails:": "fails"}
    skipping = False
    for line in lines[1:]:
        skipping = skipping and (line.startswith("- ") or not line)
        if line in titles:
            page += [line, "", *(f"- {text}" for text in manifest[titles[line]]), ""]
            skipping = True
        elif not skipping:
            called, trained, on = line.partition("Trained on:")
            page.append(called.replace("sound", "whole") + trained + on)
    return page


if __name__ == "__main__":
    sys.exit(main())
