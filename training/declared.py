"""What the shipped bundles say of themselves besides what was measured: for what they are, where they fail,
and within which limits they may be used."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSIONS = {"wheat": "2.3", "rice": "1.3"}
# Down to `min_length` the shares of a photo that is made smaller and smaller stay well within its own limits;
# `kernel_mg` is a usual thousand kernel weight in grams; limits of a share farther apart than WIDEST tell
# nothing.
WIDEST = 0.6
INPUTS: Mapping[str, Mapping[str, Any]] = {"wheat": {"min_length": 22.0}, "rice": {"min_length": 22.0}}
CLASSES: Mapping[str, Mapping[str, Any]] = {
    "wheat": {
        "unseen": ["insects", "green", "sprouted", "fusarium", "shrivelled"],
        "kernel_mg": 43.0,
        "widest": WIDEST,
    },
    "rice": {"unseen": ["insects", "green", "sprouted"], "kernel_mg": 22.0, "widest": WIDEST},
}
EMBEDDINGS: Mapping[str, Mapping[str, Any]] = {
    "wheat": {"looks": json.loads(Path(__file__).with_name("looks.json").read_text())},
    "rice": {},  # what is no rice lies far from it in the embedding
}
VALIDATED: Mapping[str, Mapping[str, Any]] = {"wheat": {"validated": ["soft_wheat"]}, "rice": {}}
TEXTS: Mapping[str, Mapping[str, Any]] = {
    "wheat": {
        "not_validated": [
            "durum: the photos are of soft wheat",
            "barley, maize, rice, rapeseed, pea: no photos of them were learnt as crops",
            "variety, protein, moisture: a photo does not show them",
            "damaged kernels: not a class, too few are told from whole ones on photos not learnt from",
            "kernels in their husk: two source photos only, not a class",
            "phones, sheets and varieties other than those named under training_data",
        ],
        "fails": [
            "kernels that insects bored, green, sprouted, fusarium and shrivelled ones are called whole",
            "broken kernels that kept their outline are taken for whole",
            "foreign bodies that resemble a piece of wheat in shape and colour are taken for broken",
            "damaged kernels are called whole or broken",
            "nearly every source photo holds one class: part of what was learnt is that photo",
            "dry beans as long and wide as wheat pass as wheat now and then",
            "the recipe was chosen on the same folds that give the figures, so these are a little kind",
        ],
        "licence": "as the project; trained on photos under MIT and CC0",
        "training_data": (
            "Wheat-quality-detector-2 kernels (MIT): sound, broken, damaged, foreign, one phone, one green "
            "sheet; rice phone photos of Count-Total-Rice-Grains (MIT) and rice varieties of Koklu (CC0) as "
            "foreign bodies; rendered trays of this project"
        ),
    },
    "rice": {
        "not_validated": [
            "short and round rice (arborio, karacadag): its whole kernels are as plump as broken long ones",
            "parboiled, brown and coloured rice; chalky or stained kernels: not classes",
            "barley, maize, wheat, rapeseed, pea: no crops of this bundle",
            "variety, protein, moisture: a photo does not show them",
            "phones, sheets and varieties other than those named under training_data",
        ],
        "fails": [
            "only two photos of broken kernels and one phone: how photos differ is known from few",
            "a clump that was not split counts as one kernel of either class; kernels that a seam hides "
            "too much of are left out of the shares, which takes those that are left to be like them",
            "photos called whole are not quite: some of the kernels on them that are called broken "
            "are broken",
            "the recipe was chosen on the same photos that give the figures, so these are a little kind",
            "a kernel that lost only its tip is called whole",
        ],
        "licence": "as the project; trained on photos under MIT and CC0",
        "training_data": (
            "rice phone photos of Count-Total-Rice-Grains (MIT): whole and broken, one phone, one blue "
            "sheet; long rice varieties of Koklu (CC0), whole and cut into pieces; "
            "Wheat-quality-detector-2 kernels (MIT) as foreign bodies; rendered trays of this project"
        ),
    },
}


def declared(manifest: Mapping[str, Any], crop: str) -> dict[str, Any]:
    """Return the manifest with what is declared of this crop's bundle."""
    more = {"classes": CLASSES[crop], "embedding": EMBEDDINGS[crop]}
    outputs = [{**one, **more.get(one["kind"], {})} for one in manifest["outputs"]]
    new = {"version": VERSIONS[crop], "input": {**manifest["input"], **INPUTS[crop]}, "outputs": outputs}
    return {**manifest, **new, **VALIDATED[crop], **TEXTS[crop]}
