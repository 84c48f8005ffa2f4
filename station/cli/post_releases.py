"""Which release headquarters runs, and who of the two is older: for `silo post status`."""

from pathlib import Path
from typing import Any

from station.cli.say import _


def told_of_releases(data: Path) -> dict[str, Any]:
    from station.post import hub_release
    from station.post.folder import NAME, BagFolder

    bags = BagFolder(data / NAME)
    said = hub_release.read(bags)
    return {"hub_release": said.get(hub_release.RELEASE), "older": hub_release.older(bags)}


def sentences_of_releases(data: Path) -> list[str]:
    told = told_of_releases(data)
    release = told["hub_release"] or "?"
    if told["older"] == "hub":
        said = _("Headquarters runs an older release ({release}): it keeps bags until its upgrade.")
        return [said.format(release=release)]
    if told["older"] == "station":
        said = _("Headquarters runs a newer release ({release}): silo upgrade")
        return [said.format(release=release)]
    return []
