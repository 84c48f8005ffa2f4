"""The explicit table: how one sample's result leaves the simulated analyzer of each kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from types import MappingProxyType

from drivers.errors import SettingError
from drivers.generic.generic import Generic
from drivers.reading import Analyte
from drivers.simulated.astm import AstmInstrument
from drivers.simulated.disturbed import DisturbedLine
from drivers.simulated.emission import Emission
from drivers.simulated.faults import LineFault
from drivers.simulated.gac500xt import SimulatedGac500Xt
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.json_gateway import JsonGateway
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.samples import Measure, SimulatedSample
from drivers.simulated.tesma import SimulatedTesma, message
from drivers.values import LB_PER_BUSHEL_KG_HL

_TESMA_SENDS = 3
_ATTEMPTS = 3
_ACK_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Bench:
    """An analyzer stands on a bench: `whole` lines take whole messages; `pause` waits so many seconds."""

    line: DisturbedLine
    whole: bool
    pause: Callable[[float], None]
    settings: Mapping[str, str]


def _gac2100(bench: Bench) -> Measure:
    gac = SimulatedGac2100(bench.line)
    return lambda s, at: gac.print_record(
        s.sample_id, s.moisture, s.test_weight, s.temperature, s.product, at
    )


def _gac500xt(bench: Bench) -> Measure:
    gac = SimulatedGac500Xt(bench.line)

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        weight = round(s.test_weight / LB_PER_BUSHEL_KG_HL, 1)
        warmth = round(s.temperature * 1.8 + 32.0, 1)
        return gac.print_ticket(s.moisture, weight, warmth, s.product, at)

    return measure


def _tesma(bench: Bench) -> Measure:
    """The meter repeats a result every second; one undamaged repetition is enough. Its decimal sign is a
    setting of the meter: a comma stays for all repetitions."""
    tesma = SimulatedTesma(bench.line)

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        tesma.measure("BLE", s.moisture)
        sends = []
        comma = LineFault.DECIMAL_COMMA if bench.line.fault is LineFault.DECIMAL_COMMA else None
        for _ in range(_TESMA_SENDS):
            bench.line.fault = bench.line.fault or comma
            damaged = bench.line.fault not in (None, LineFault.DECIMAL_COMMA)
            sends.append(tesma.send_one(at) and not damaged)
            bench.pause(1.0)
        return Emission(at, message("BLE", s.moisture), {"moisture": s.moisture}, carried=any(sends))

    return measure


def _astm(bench: Bench) -> Measure:
    """What was not acknowledged is sent again, as the standard wants."""
    instrument = AstmInstrument(bench.line, ack_timeout_s=_ACK_TIMEOUT_S, sleep=bench.pause)

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        values = {"moisture": s.moisture, "protein": s.protein}
        results = {name: ("" if value is None else f"{value:.1f}", "%") for name, value in values.items()}
        done = any(instrument.send(s.sample_id, results, at) for _ in range(_ATTEMPTS))
        return Emission(at, b"", values, s.sample_id, carried=done)

    return measure


def _json_nir(bench: Bench) -> Measure:
    nir = SimulatedNir(bench.line, end=b"" if bench.whole else b"\n")

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        values = {
            Analyte.MOISTURE: s.moisture,
            Analyte.PROTEIN: s.protein,
            Analyte.TEST_WEIGHT: s.test_weight,
        }
        return nir.send_result(s.sample_id, s.product, values, at)

    return measure


def _json_paths(bench: Bench) -> Measure:
    gateway = JsonGateway(bench.line, end=b"" if bench.whole else b"\n")

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        values = {"moisture": s.moisture, "protein": s.protein, "test_weight": s.test_weight}
        return gateway.send_result(s.sample_id, s.product, values, at)

    return measure


def _generic(bench: Bench) -> Measure:
    """Send the examples of the profile one after the other. SettingError says that it has none."""
    profile = Generic(bench.settings).profile
    if not profile.examples:
        raise SettingError(f"the profile {profile.head.name!r} has no [[examples]] to be said")
    examples = cycle(profile.examples)

    def measure(s: SimulatedSample, at: datetime) -> Emission:
        example = next(examples)
        values = {analyte.value: value for analyte, value in example.values.items()}
        return Emission(at, example.sent, values, carried=bench.line.write(example.sent))

    return measure


ANALYZERS: Mapping[str, Callable[[Bench], Measure]] = MappingProxyType(
    {
        "gac2100-csv01": _gac2100,
        "gac500xt": _gac500xt,
        "tesma-plus2": _tesma,
        "astm": _astm,
        "json-nir": _json_nir,
        "json-paths": _json_paths,
        "generic": _generic,
    }
)
# These say a result until it is taken: a damaged try does no harm.
STUBBORN = frozenset({"tesma-plus2", "astm"})
