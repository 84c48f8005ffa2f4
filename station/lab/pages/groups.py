"""The page of groups: the bias of a pair of methods by phone, model, instrument, variety and campaign, and by
silo where there are several, each drawn towards the mean of all by how little its samples say."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from station.lab.pages.asking import CAMPAIGN
from station.lab.pages.pair import Pairs, common_of, pairs_of, split_of
from station.lab.pages.study import (
    MACHINE,
    MIN_POINTS,
    PHONE,
    Asked,
    Json,
    Row,
    Study,
    head,
    refusal,
    sampling_of,
)
from station.lab.pairs import PairsError
from station.lab.statistics.groups import group_biases
from station.lab.statistics.values import differences

SILO = "silo"
DIMENSIONS = ("phone", "phone_model", "release", "instrument", "variety", "campaign")
_NUMBER = re.compile(r"[\s#_-]*(?:n[o°]\.?\s*)?\d+$", re.IGNORECASE)
Label = Callable[[Sequence[Row]], str]


def groups(study: Study, asked: Asked) -> Json:
    """Campaigns stand beside each other where the whole campaign is asked for."""
    everything = asked["period"] == CAMPAIGN
    dimensions = (SILO, *DIMENSIONS) if study.silos else DIMENSIONS
    common = common_of(study, asked)
    found: Json = {
        **head(study, asked, common),
        "split": split_of(study, asked),
        "by": {name: _empty() for name in dimensions},
    }
    try:
        pairs = pairs_of(study, asked, common)
    except PairsError as error:
        counts = sampling_of(common, study.sent, (asked["test"], asked["reference"])).as_dict()
        return {**found, "sampling": counts, "refused": refusal(error.code, **error.params)}
    labels = _labels(study)
    by = {name: _dimension(study, pairs, name, labels[name]) for name in dimensions}
    if everything:
        by["campaign"] = _campaigns(study, asked, labels["campaign"]) or by["campaign"]
    n = len(pairs.ids)
    return {
        **found,
        **head(study, asked, pairs.used),
        "n": n,
        "unit": pairs.values.unit,
        "basis": pairs.values.basis,
        "sampling": pairs.sampling.as_dict(),
        "by": by,
        "refused": refusal("too_few", n=n, needed=MIN_POINTS) if n < MIN_POINTS else None,
    }


def model_of(name: str) -> str:
    """Return the model of a phone by its name: phones that are named alike but for a number at the end are of
    one model ("Galaxy A54 no 2")."""
    return _NUMBER.sub("", name).strip() or name


def _campaigns(study: Study, asked: Asked, label: Label) -> Json | None:
    try:
        pairs = pairs_of(study, asked, common_of(study, asked, every_campaign=True))
        return _dimension(study, pairs, "campaign", label)
    except PairsError:
        return None


def _labels(study: Study) -> Mapping[str, Label]:
    """Return how a sample's group is told in each dimension."""

    def first(rows: Sequence[Row], method: str, key: str) -> str:
        return next((row[key] for row in rows if row["method"] == method and row[key]), "")

    return {
        "phone": lambda rows: first(rows, PHONE, "source"),
        "phone_model": lambda rows: _model(study, first(rows, PHONE, "source")),
        "release": lambda rows: first(rows, PHONE, "release"),
        "instrument": lambda rows: first(
            [row for row in rows if not study.is_before_adjustment(row)], MACHINE, "source"
        ),
        "variety": lambda rows: next((row["variety"] for row in rows if row["variety"]), ""),
        "campaign": lambda rows: study.facts_of(rows[0]["load_id"]).campaign,
        SILO: lambda rows: study.facts_of(rows[0]["load_id"]).silo,
    }


def _model(study: Study, phone: str) -> str:
    """Phones of all silos that are alike are one model."""
    return model_of(study.names.get(phone, phone))


def _dimension(study: Study, pairs: Pairs, dimension: str, label: Label) -> Json:
    d = differences(pairs.samples.test, pairs.samples.reference)
    parts: dict[str, list[float]] = {}
    for sample, value in zip(pairs.ids, d.tolist(), strict=True):
        if name := label(pairs.used[sample]):
            parts.setdefault(name, []).append(value)
    names = sorted(parts)
    pooled = group_biases([np.array(parts[name]) for name in names], study.conf)
    readable = _readable(study, dimension)
    return {
        "mean": pooled.mean if pooled else None,
        "tau": float(np.sqrt(pooled.between)) if pooled else None,
        "s": float(np.sqrt(pooled.within)) if pooled else None,
        "groups": [
            {
                "group": name,
                "name": readable(name),
                "n": len(parts[name]),
                "raw": float(np.mean(parts[name])),
                "shrunken": pooled.groups[place].shrunken if pooled else None,
                "ci": list(pooled.groups[place].ci) if pooled else None,
            }
            for place, name in enumerate(names)
        ],
    }


def _readable(study: Study, dimension: str) -> Callable[[str], str]:
    if dimension == SILO:
        return lambda silo: study.silos.get(silo, silo)
    return study.name_of if dimension in ("phone", "instrument") else str


def _empty() -> Json:
    return {"mean": None, "tau": None, "s": None, "groups": []}
