"""Every weighbridge format that is read, with its simulator and what it can show."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from drivers.kind import read_frame
from drivers.registry import KINDS, make_protocol
from drivers.simulated.bilanciai import SimulatedBilanciai
from drivers.simulated.cardinal import SimulatedCardinal
from drivers.simulated.dini_argeo import SimulatedDiniArgeo
from drivers.simulated.indicator import Talker
from drivers.simulated.mt_sics import SimulatedMtSics
from drivers.simulated.nci_scp01 import SimulatedNciScp01
from drivers.simulated.rice_lake import SimulatedRiceLake
from drivers.simulated.rinstrum import SimulatedRinstrum
from drivers.simulated.sartorius_sbi import SimulatedSartoriusSbi
from drivers.simulated.scale import Display
from drivers.simulated.sma import SimulatedSma
from drivers.simulated.st_gs import SimulatedStGs
from drivers.simulated.systec import SimulatedSystec
from drivers.simulated.toledo import SimulatedToledo
from drivers.simulated.yaohua import SimulatedYaohua
from tests.drivers.rig import AT

FACTOR = {"kg": 1.0, "g": 0.001, "t": 1000.0, "lb": 0.45359237, "oz": 0.45359237 / 16}


@dataclass(frozen=True)
class Head:
    """`digits`: most digits of a weight, point not counted. `net`, `motion`: whether the format tells
    them; `blind`: no weight is sent in motion; `out`: overload is told, `under`: apart
    from underload; `checked`: damage is detected."""

    name: str
    kind: str
    talker: Talker
    settings: Mapping[str, str] = field(default_factory=dict)
    digits: int = 6
    decimals: int = 3
    units: tuple[str, ...] = ("kg",)
    negative: bool = True
    tare: bool = True
    net: bool = True
    motion: bool = True
    blind: bool = False
    out: bool = True
    under: bool = True
    checked: bool = False

    def __repr__(self):
        return self.name


def made(kind, settings):
    """The settings of a head whose display was compared: its simulator shows kilograms and decimals."""
    compared = {
        "unit": "kg",
        "separator": "decimal",
        "fixed_zero": "in_digits",
        "weight_unit": "kg",
        "weight_scale": "1",
    }
    declared = KINDS[kind].settings
    return {
        key: word for key, word in compared.items() if key in declared and declared[key].magnitude
    } | dict(settings)


METRIC = ("kg", "g", "t", "lb")
SHORT, SPACED = {"form": "short"}, {"form": "extra_space"}
REVERSED, FORWARD = {"digits": "reversed"}, {"digits": "forward"}
SILENT = {"net": False, "motion": False, "out": False}
NCI = {"digits": 5, "net": False, "blind": True}
CB = {"digits": 5, "decimals": 0, "negative": False, "net": False, "out": False}
HEADS = [
    Head("toledo", "toledo-continuous", SimulatedToledo(), units=("kg", "lb"), checked=True),
    Head("toledo-plain", "toledo-continuous", SimulatedToledo(checksum=False)),
    Head("toledo-short", "toledo-continuous", SimulatedToledo(short=True), checked=True),
    Head("toledo-set-short", "toledo-continuous", SimulatedToledo(short=True), SHORT, checked=True),
    Head("toledo-spaced", "toledo-continuous", SimulatedToledo(spaced=True), SPACED, checked=True),
    Head("mt-sics", "mt-sics", SimulatedMtSics(), units=METRIC, net=False),
    Head("sma", "sma", SimulatedSma(), units=METRIC),
    Head("nci", "nci-scp01", SimulatedNciScp01(), units=("kg", "lb"), **NCI),
    Head("nci-parity", "nci-scp01", SimulatedNciScp01(parity=True), checked=True, **NCI),
    Head("dini-standard", "dini-argeo", SimulatedDiniArgeo(), digits=5, units=METRIC),
    Head("dini-address", "dini-argeo", SimulatedDiniArgeo(address="01"), digits=5),
    Head("dini-rext", "dini-argeo", SimulatedDiniArgeo("rext"), units=METRIC),
    Head("dini-af", "dini-argeo", SimulatedDiniArgeo("af"), tare=False),
    Head("rice-lake", "rice-lake", SimulatedRiceLake(), units=("kg", "g", "lb", "oz")),
    Head("rice-lake-cr", "rice-lake", SimulatedRiceLake(terminator=b"\r")),
    Head("cardinal-sb400", "cardinal", SimulatedCardinal("sb400"), units=METRIC),
    Head("cardinal-sb200", "cardinal", SimulatedCardinal("sb200"), units=METRIC),
    Head("cardinal-738", "cardinal", SimulatedCardinal("738"), units=("kg", "lb")),
    Head("cardinal-225", "cardinal", SimulatedCardinal("225"), units=METRIC),
    Head("rinstrum-1", "rinstrum", SimulatedRinstrum(1)),
    Head("rinstrum-1-lb", "rinstrum", SimulatedRinstrum(1), {"unit": "lb"}, units=("lb",)),
    Head("rinstrum-2", "rinstrum", SimulatedRinstrum(2), units=METRIC, blind=True),
    Head("systec", "systec", SimulatedSystec(lambda: AT), tare=False, units=METRIC, checked=True),
    Head("bilanciai-cb", "bilanciai", SimulatedBilanciai(extended=False), **CB),
    Head("bilanciai", "bilanciai", SimulatedBilanciai(), units=METRIC, under=False),
    Head("bilanciai-parity", "bilanciai", SimulatedBilanciai(parity=True), under=False, checked=True),
    Head("yaohua-tf0", "yaohua", SimulatedYaohua("tf0"), checked=True, **SILENT),
    Head("yaohua-tf1", "yaohua", SimulatedYaohua("tf1"), REVERSED, **SILENT),
    Head("yaohua-tf2", "yaohua", SimulatedYaohua("tf2"), FORWARD, **SILENT),
    Head("yaohua-a12", "yaohua", SimulatedYaohua("a12"), digits=5, motion=False, checked=True),
    Head("st-gs-nhb", "st-gs", SimulatedStGs("t-scale-nhb"), units=METRIC),
    Head("st-gs-qhw", "st-gs", SimulatedStGs("t-scale-qhw"), units=METRIC),
    Head("st-gs-comma-sign", "st-gs", SimulatedStGs("comma-sign")),
    Head("st-gs-glued-sign", "st-gs", SimulatedStGs("glued-sign")),
    Head("st-gs-a-and-d", "st-gs", SimulatedStGs("a-and-d"), net=False),
    Head("st-gs-heb", "st-gs", SimulatedStGs("heb"), motion=False),
    Head("st-gs-ohaus", "st-gs", SimulatedStGs("ohaus")),
    Head("st-gs-cas", "st-gs", SimulatedStGs("cas"), units=METRIC),
    Head("sartorius-16", "sartorius-sbi", SimulatedSartoriusSbi(named=False), net=False, blind=True),
    Head("sartorius-22", "sartorius-sbi", SimulatedSartoriusSbi(), units=METRIC, blind=True),
]  # fmt: skip
HEADS = [replace(head, settings=made(head.kind, head.settings)) for head in HEADS]
CHECKED = [head for head in HEADS if head.checked]


@st.composite
def displays(draw, head, *, moving=True):
    """What the head could show: weights that can be true, in any of its units."""
    decimals = draw(st.integers(0, head.decimals))
    scale = 10**decimals
    most = min(10**head.digits - 1, 150_000 * scale)
    weight = draw(st.integers(-min(1500 * scale, most // 10) if head.negative else 0, most))
    tare = draw(st.integers(0, min(weight, 1500 * scale))) if head.tare and weight > 0 else 0
    return Display(
        weight=weight / scale,
        tare=tare / scale,
        unit=draw(
            st.sampled_from([unit for unit in head.units if plausible(weight / scale, unit)] or ["kg"])
        ),
        decimals=decimals,
        motion=moving and draw(st.booleans()),
    )


def plausible(weight, unit):
    return -1900 <= weight * FACTOR[unit] <= 190_000


def kilograms(display):
    return display.shown * FACTOR[display.unit]


def outcomes(head, parts):
    """Readings and errors of the pieces, and how many bytes were noise."""
    protocol = make_protocol(head.kind, head.settings)
    framer = protocol.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)]
    results = [read_frame(protocol, frame) for frame in frames + framer.finish(AT)]
    return results, framer.noise
