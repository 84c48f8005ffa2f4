"""Render the acceptance photos of the shipped bundles: small trays that our own renderer draws."""

from typing import Any

from station.vision.rendered import render_tray

TOLERANCE = {"share": 0.05, "number": 0.5, "kernels": 2}
SMALL: dict[str, Any] = {"width": 1240, "height": 930, "touching": 0.0, "cut": 2}
TRAYS: dict[str, dict[str, dict[str, Any]]] = {
    "wheat": {
        "mixed": {"seed": 700_001, "kernels": 45, "broken": 0.2, "foreign": 0.1, "sheet": "green"},
        "whole": {"seed": 700_002, "kernels": 45, "broken": 0.0, "foreign": 0.0, "sheet": "white"},
        "peas": {
            "seed": 700_003,
            "kernels": 35,
            "grain": "pea",
            "broken": 0.0,
            "foreign": 0.0,
            "sheet": "blue",
        },
    },
    "rice": {
        "whole": {
            "seed": 700_004,
            "kernels": 45,
            "grain": "rice",
            "broken": 0.0,
            "foreign": 0.0,
            "sheet": "blue",
        },
        "peas": {
            "seed": 700_005,
            "kernels": 35,
            "grain": "pea",
            "broken": 0.0,
            "foreign": 0.0,
            "sheet": "blue",
        },
    },
}


def acceptance_set(species: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest's `acceptance` without expected values, and its files."""
    photos = {
        f"acceptance/{name}.jpg": render_tray(**wanted, **SMALL).jpeg
        for name, wanted in TRAYS[species].items()
    }
    return {"tolerance": TOLERANCE, "cases": [{"file": name, "species": species} for name in photos]}, photos
