"""Daily signals tell by variety and phone where a model fails quietly."""

from station.models.signals import Looked, daily_signals


def looked(day: str, phone: str, variety: str, *, accepted: bool = True, far: float = 1.0) -> Looked:
    return Looked(day, "model", accepted, {"distance2": far, "unfamiliar": far / 10}, phone, variety)


def test_a_day_is_told_as_a_whole_and_by_phone_and_variety() -> None:
    found = daily_signals(
        [
            looked("2026-07-20", "phone 1", "Rubisko"),
            looked("2026-07-20", "phone 2", "", accepted=False, far=9.0),
            looked("2026-07-21", "phone 1", "Rubisko", far=2.0),
        ]
    )
    told = {(one.day, one.of, one.value): (one.captures, one.abstention_rate, one.distance2) for one in found}
    assert told == {
        ("2026-07-20", "all", None): (2, 0.5, 5.0),
        ("2026-07-20", "phone", "phone 1"): (1, 0.0, 1.0),
        ("2026-07-20", "phone", "phone 2"): (1, 1.0, 9.0),
        ("2026-07-20", "variety", "Rubisko"): (1, 0.0, 1.0),
        ("2026-07-21", "all", None): (1, 0.0, 2.0),
        ("2026-07-21", "phone", "phone 1"): (1, 0.0, 2.0),
        ("2026-07-21", "variety", "Rubisko"): (1, 0.0, 2.0),
    }


def test_a_photo_without_an_embedding_counts_without_a_distance() -> None:
    (whole, _) = daily_signals([Looked("2026-07-20", "model", False, None, "phone 1", "")])
    assert (whole.captures, whole.distance2, whole.unfamiliar) == (1, None, None)
