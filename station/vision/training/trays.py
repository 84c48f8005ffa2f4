"""The acceptance photos of the shipped bundle: small trays that our own renderer draws."""

from station.vision.rendered import render_tray

TOLERANCE = {"share": 0.05, "number": 0.5, "kernels": 2}


def acceptance_set() -> tuple[dict[str, object], dict[str, bytes]]:
    """The manifest's `acceptance` without expected values, and its files."""
    small = {"width": 1240, "height": 930, "touching": 0.0, "cut": 2}
    photos = {
        "acceptance/mixed.jpg": render_tray(
            700_001, kernels=45, broken=0.2, foreign=0.1, sheet="green", **small
        ),
        "acceptance/sound.jpg": render_tray(
            700_002, kernels=45, broken=0.0, foreign=0.0, sheet="white", **small
        ),
        "acceptance/peas.jpg": render_tray(
            700_003, kernels=35, grain="pea", broken=0.0, foreign=0.0, sheet="blue", **small
        ),
    }
    cases = [{"file": name, "species": "wheat"} for name in photos]
    return {"tolerance": TOLERANCE, "cases": cases}, {name: tray.jpeg for name, tray in photos.items()}
