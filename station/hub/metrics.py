"""The hub as numbers for Prometheus, with its stations: no scraper reaches behind a silo's line."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, MetaData

from station.hub.standing import Standing, standings

CONTENT_TYPE = "text/plain; version=0.0.4"
# What a word says, by the name of its series; a word may bring more of them ready, under `series`.
_SAID = {
    "silo_bags_owed": "owed", "silo_photos_owed_bytes": "photo_bytes_owed",
    "silo_clock_offset_seconds": "clock_offset_s",
}  # fmt: skip
READY = (
    "silo_accepting", "silo_days_of_room_left", "silo_exceptions_open", "silo_backup_age_seconds",
    "silo_restore_proved_age_seconds",
)  # fmt: skip


def written(connection: Connection, hub: MetaData, at: datetime) -> bytes:
    """Return all series in Prometheus' text format; what a station has not said has no number."""
    registry = CollectorRegistry()
    registry.register(_Stations(standings(connection, hub), at))
    return generate_latest(registry)


class _Stations(Collector):
    def __init__(self, found: list[Standing], at: datetime) -> None:
        self._found, self._at = found, at

    def collect(self) -> Iterator[Metric]:
        waiting = sum(standing.waiting for standing in self._found)
        yield GaugeMetricFamily("hub_quarantine_rows", "Rows that could not be taken", value=waiting)
        yield self._each("hub_apply_lag_bags", "Bags that are here and not applied", {
            standing.station: standing.lag for standing in self._found
        })  # fmt: skip
        yield self._each("hub_station_last_heard_seconds", "Since a station's last word", {
            standing.station: standing.age_s(self._at) for standing in self._found
        })  # fmt: skip
        yield self._each("silo_oldest_owed_seconds", "Since the oldest bag owed was sealed", {
            standing.station: _oldest_s(standing, self._at) for standing in self._found
        })  # fmt: skip
        for series, name in _SAID.items():
            told = {standing.station: standing.told.get(name) for standing in self._found}
            yield self._each(series, "By the station's last word", told)
        for series in READY:
            told = {standing.station: _ready(standing.told).get(series) for standing in self._found}
            yield self._each(series, "By the station's last word", told)
        yield self._models()

    def _each(self, series: str, text: str, values: Mapping[str, Any]) -> Metric:
        family = GaugeMetricFamily(series, text, labels=["station"])
        for station, value in values.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                family.add_metric([station], float(value))
        return family

    def _models(self) -> Metric:
        family = GaugeMetricFamily(
            "silo_model_active", "1 for each model that judges photos", labels=["station", "sha256"]
        )
        for standing in self._found:
            models = standing.told.get("models")
            for sha256 in models if isinstance(models, list) else []:
                family.add_metric([standing.station, str(sha256)[:64]], 1)
        return family


def _ready(told: Mapping[str, Any]) -> Mapping[str, Any]:
    series = told.get("series")
    return series if isinstance(series, dict) else {}


def _oldest_s(standing: Standing, at: datetime) -> float | None:
    """Both times of the word are by the station's clock, which may be wrong or a simulation's: the time
    since the word is by the hub's."""
    if standing.heard_at is None or not standing.oldest_at:
        return None
    try:
        oldest, said = (
            datetime.fromisoformat(told) for told in (standing.oldest_at, str(standing.told.get("at")))
        )
        return max(0.0, (said - oldest + (at - standing.heard_at)).total_seconds())
    except (ValueError, TypeError):
        return None
