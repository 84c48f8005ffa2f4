"""Stored results as the pages get them, made by hand: a phone that reads high, a machine that agrees."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from station.store.stored import canonical
from station.store.tables import StoredResult

Json = dict[str, Any]
START = datetime(2026, 7, 1, 8, tzinfo=UTC)
_COMMON: Json = {
    "unit": "%",
    "basis": {"phone": "dm", "machine": "dm", "lab": "dm"},
    "period": ["2026-07-01T00:00:00+00:00", "2026-07-31T00:00:00+00:00"],
    "sampling": {"random": 180, "chosen": 50, "unknown": 10, "used": "random", "weighted": False},
    "left_out": {"held": 12, "released": 0},
    "refused": None,
}


def pair(n: int = 240, *, bias: float = 0.05, scatter: float = 0.45, permitted: float = 0.1) -> Json:
    draw = random.Random(7)
    points = []
    for i in range(n):
        x = draw.gauss(11.4, 1.0)
        y = 11.4 + 0.8 * (x - 11.4) + bias + draw.gauss(0, scatter)
        points.append({"x": round(x, 2), "y": round(y, 2), "load_id": f"load-{i}", "at": _day(i * 30 / n)})
    common = {
        "test": "phone", "reference": "lab", "third": None, "conf": 0.95, "permitted": permitted,
        "decimals": 2, "n": n, "bias": bias, "bias_ci": [bias - 0.065, bias + 0.065], "sep": scatter + 0.05,
    }  # fmt: skip
    return {
        **_COMMON,
        "asked": {
            "analyte": "protein", "test": "phone", "reference": "lab", "species": "barley",
            "source": "phone-3", "source_name": "Téléphone 3", "period": "campaign",
        },
        "n": n,
        "numbers": {
            "n": n, "bias": bias, "bias_ci": [bias - 0.065, bias + 0.065], "sep": scatter + 0.05,
            "sep_ci": [0.46, 0.55], "rmsep": 0.51, "rpd": 1.98, "loa": [-0.95, 1.05],
            "loa_outer": [-1.07, 1.16],
            "deming": {
                "error_ratio": 0.05, "slope": 0.8, "slope_ci": [0.75, 0.85], "intercept": 2.33,
                "intercept_ci": [1.7, 2.9], "bias_at": {
                    "9.5": {"value": 0.43, "ci": [0.31, 0.55]}, "11.5": {"value": 0.03, "ci": [-0.04, 0.1]},
                },
            },
            "iso12099": {"tb": 0.064, "bias_significant": False, "slope": 1.01, "slope_significant": False},
            "ccc": {"value": 0.87, "ci": [0.84, 0.9]}, "outliers": [], "three_way": None, "groups": None,
        },
        "statements": [
            {"code": "offset", "params": common},
            {"code": "agrees", "params": common},
            {"code": "single_beyond", "params": {**common, "low": -1.07, "high": 1.16}},
            {
                "code": "pulls_in",
                "params": {**common, "slope": 0.8, "low": 0.75, "high": 0.85, "ratio": 0.05},
            },
        ],
        "points": points,
        "thinned_from": None,
        "permitted": permitted,
        "citation": "EN 15948",
        "limits": [
            {"limit": 9.5, "grade": "brewing", "op": ">="}, {"limit": 11.5, "grade": "brewing", "op": "<="},
        ],
        "verdict": "agrees",
    }  # fmt: skip


def three_ways() -> Json:
    return {
        **_COMMON,
        "asked": {"analyte": "protein", "species": "soft_wheat", "period": "campaign"},
        "n": 240,
        "n_complete": 236,
        "methods": {
            "phone": {"sd": 0.5, "sd_ci": [0.46, 0.55], "replicate_sd": 0.22},
            "machine": {"sd": 0.18, "sd_ci": [0.14, 0.22], "replicate_sd": 0.06},
            "lab": {"sd": 0.09, "sd_ci": [0.0, 0.15], "replicate_sd": None},
        },
        "triple_collocation": {"sd": {"phone": 0.44, "machine": 0.18, "lab": 0.1}},
        "statements": [],
    }


def who_was_right() -> Json:
    return {
        **_COMMON,
        "asked": {"analyte": "protein", "species": "soft_wheat", "period": "campaign"},
        "n": 61, "compared": 240, "disagreed": 61, "tolerance": 0.5, "citation": "",
        "all_loads": {"compared": 1180, "disagreed": 297, "tonnes": 7411.2},
        "counts": {
            "phone": {"n": 6, "share": 6 / 61, "ci": [0.037, 0.202], "tonnes": 148.0},
            "machine": {"n": 44, "share": 44 / 61, "ci": [0.592, 0.829], "tonnes": 1093.4},
            "both": {"n": 8, "share": 8 / 61, "ci": [0.058, 0.242], "tonnes": 190.2},
            "neither": {"n": 3, "share": 3 / 61, "ci": [0.01, 0.137], "tonnes": 77.5},
        },
        "loads": [
            {
                "load_id": f"load-{i}", "at": _day(30 - i / 3), "phone": 12.4 - i / 50, "machine": 11.6,
                "lab": 11.5, "sides_with": ("machine", "machine", "both", "phone", "neither")[i % 5],
                "tonnes": 24.86, "supplier_id": "S1", "ticket": f"2026-{1200 - i}",
            }
            for i in range(61)
        ],
    }  # fmt: skip


def groups() -> Json:
    def group(name: str, n: int, raw: float, shrunken: float, half: float) -> Json:
        return {
            "group": name, "name": name, "n": n, "raw": raw, "shrunken": shrunken,
            "ci": [shrunken - half, shrunken + half],
        }  # fmt: skip

    return {
        **_COMMON,
        "asked": {
            "analyte": "protein", "test": "phone", "reference": "lab", "species": "", "source": "",
            "period": "campaign",
        },
        "n": 240,
        "by": {
            "phone_model": {
                "mean": 0.04, "tau": 0.15, "s": 0.5, "groups": [
                    group("Galaxy A54", 120, 0.28, 0.26, 0.08), group("iPhone 12", 84, -0.12, -0.11, 0.1),
                    group("Redmi Note 12 Pro 5G Édition spéciale", 4, 0.31, 0.1, 0.26),
                ],
            },
            "variety": {
                "mean": 0.04, "tau": 0.1, "s": 0.5,
                "groups": [group(f"Variété {i}", 5 + i, 0.4 - i / 12, 0.2 - i / 24, 0.2) for i in range(12)],
            },
        },
    }  # fmt: skip


def watch() -> Json:
    draw = random.Random(3)
    checks, mean = [], 0.0
    for i in range(60):
        u = draw.gauss(1.6 if i > 40 else 0.0, 1.0)
        mean = 0.1 * u + 0.9 * mean
        limit = 2.7 * (0.1 / 1.9 * (1 - 0.9 ** (2 * i + 2))) ** 0.5
        kind = "control" if i % 6 == 5 else "lab"
        checks.append(
            {"at": _day(i / 2), "u": round(u, 3), "ewma": round(mean, 4), "limit": limit, "kind": kind}
        )
    return {
        **_COMMON,
        "asked": {
            "analyte": "protein", "method": "machine", "source": "INF-1", "source_name": "Infratec 1",
            "species": "",
        },
        "n": 60,
        "baseline": {"n": 36, "bias": 0.02, "sep": 0.2, "from": _day(0), "to": _day(18)},
        "checks": checks,
        "alarms": [
            {"at": _day(26), "rule": "ewma", "since": _day(20), "shift": 0.31, "shift_ci": [0.2, 0.42]},
        ],
        "in_alarm": True,
        "splits": [{"at": _day(28), "network": "Réseau", "old_bias": 0.1, "new_bias": 0.0, "reason": ""}],
        "controls": {
            "n": 10, "failed": 1, "last": _day(29), "last_passed": True, "every_days": 7, "due": _day(36),
        },
        "verified_until": "2026-08-20",
        "delay": {
            "0": {"ewma": 370.0, "three_s": 370.4, "ewma_here": 368.0, "three_s_here": 371.0},
            "1": {"ewma": 9.7, "three_s": 43.9, "ewma_here": 12.4, "three_s_here": 60.1},
        },
    }  # fmt: skip


def fairness() -> Json:
    def entry(name: str, n: int, count: int, expected: float, low: int, high: int) -> Json:
        chance = 0.003 if count > high else 0.6
        return {
            "key": name, "name": name, "n": n, "near": 2 * round(expected), "just_inside": count,
            "expected": expected, "ci": [low, high], "retests": 5, "retests_that_changed": 3,
            "overrides_that_changed": 1, "chance": chance, "flagged": chance < 0.05,
            "chances": {"just_inside": chance, "retests": 0.4, "overrides": None},
        }  # fmt: skip

    return {
        **_COMMON,
        "asked": {"analyte": "protein", "species": "soft_wheat", "period": "campaign"},
        "n": 1500,
        "basis": {"machine": "dm"},
        "window": {"steps": 2, "step": 0.1, "wide": 0.2},
        "false_alarm_share": 0.05,
        "by": {
            "operator": [
                entry("marc", 520, 41, 38.2, 27, 50), entry("anne", 480, 58, 35.1, 24, 47),
                entry("ines", 500, 30, 36.4, 25, 48),
            ],
            "instrument": [entry("Infratec 1", 900, 66, 66.0, 51, 82)],
            "supplier": [entry(f"EARL du Moulin {i}", 60, i, 4.4, 1, 9) for i in range(14)],
        },
    }  # fmt: skip


def _day(days: float) -> str:
    return (START + timedelta(days=days)).isoformat()


PAGES: dict[str, Json] = {
    "pair": pair(),
    "three_ways": three_ways(),
    "who_was_right": who_was_right(),
    "groups": groups(),
    "watch": watch(),
    "fairness": fairness(),
}


def store(tx: Session, page: str, result: Json) -> None:
    """Keep a result as the job does."""
    asked = canonical(page, result["asked"])
    tx.add(
        StoredResult(page=page, asked=asked, up_to=0, at=START, n=result["n"], made_from="", result=result)
    )
