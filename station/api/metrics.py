"""The station's state as numbers for Prometheus. Loaded only where the site file opts in."""

from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from station.acts.durations import BOUNDS
from station.api.context import Context
from station.api.series import series_of
from station.api.views.view import View
from station.models import releases
from station.runtime.live import HealthFacts

_TEXTS = {
    "silo_accepting": "1 while readings and captures are taken and lasting",
    "silo_exceptions_open": "What waits for a person",
    "silo_backup_age_seconds": "Since the last backup",
    "silo_restore_proved_age_seconds": "Since a backup was restored and compared",
}


def written(view: View, context: Context) -> bytes:
    """Return all series in Prometheus' text format. What is not known has no number: a second disk, a
    headquarters that the station does not have."""
    registry = CollectorRegistry()
    registry.register(_Station(view, context))
    return generate_latest(registry)


class _Station(Collector):
    def __init__(self, view: View, context: Context) -> None:
        self._view, self._context = view, context

    def collect(self) -> Iterator[Metric]:
        view, facts = self._view, self._context.health()
        for name, value in series_of(view, self._context).items():
            yield _gauge(name, _TEXTS[name], value)
        yield from _post(facts, view.now)
        yield self._devices()
        yield self._models()
        yield self._proposals()

    def _devices(self) -> Metric:
        heard = GaugeMetricFamily(
            "silo_device_last_heard_seconds", "Since a device said anything", labels=["port"]
        )
        for device in self._context.live():
            if device.last_heard is not None:
                heard.add_metric([device.id], _age_s(device.last_heard, self._view.now))
        return heard

    def _models(self) -> Metric:
        active = GaugeMetricFamily(
            "silo_model_active", "1 for each model that judges photos", labels=["task", "species", "sha256"]
        )
        for (task, species), sha256 in sorted(releases.active_set(self._view.tx).items()):
            active.add_metric([task, species, sha256], 1)
        return active

    def _proposals(self) -> Metric:
        counted = self._context.desk.proposal_times.counted()
        bounds = [*map(str, BOUNDS), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(counted.classes)), strict=True))
        return HistogramMetricFamily(
            "silo_proposal_seconds", "How long it takes to judge the open loads",
            buckets=buckets, sum_value=counted.seconds,
        )  # fmt: skip


def _post(facts: HealthFacts, now: datetime) -> Iterator[Metric]:
    post = facts.post
    if post is None:
        return
    oldest = _age_s(post.oldest_at, now) if post.oldest_at else 0.0
    yield _gauge("silo_bags_owed", "Bags that headquarters lacks", post.bags)
    yield _gauge("silo_oldest_owed_seconds", "Since the oldest of them was sealed", oldest)
    yield _gauge("silo_photos_owed_bytes", "Photos that headquarters lacks", post.photo_bytes)
    if post.room_days is not None:
        yield _gauge("silo_days_of_room_left", "Days until the disk is full", post.room_days)
    if post.offset_s is not None:
        yield _gauge("silo_clock_offset_seconds", "Ahead of headquarters' clock", post.offset_s)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _age_s(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
