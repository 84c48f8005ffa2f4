"""The explicit table: which simulated indicator speaks each weighbridge kind, as it leaves the factory."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from drivers.simulated.bilanciai import SimulatedBilanciai
from drivers.simulated.cardinal import SimulatedCardinal
from drivers.simulated.dini_argeo import SimulatedDiniArgeo
from drivers.simulated.indicator import Talker
from drivers.simulated.mt_sics import SimulatedMtSics
from drivers.simulated.nci_scp01 import SimulatedNciScp01
from drivers.simulated.rice_lake import SimulatedRiceLake
from drivers.simulated.rinstrum import SimulatedRinstrum
from drivers.simulated.sartorius_sbi import SimulatedSartoriusSbi
from drivers.simulated.sma import SimulatedSma
from drivers.simulated.st_gs import SimulatedStGs
from drivers.simulated.systec import SimulatedSystec
from drivers.simulated.toledo import SimulatedToledo
from drivers.simulated.yaohua import SimulatedYaohua

Clock = Callable[[], datetime]

# What an installer has to say of each after a look at its display.
READ_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "toledo-continuous": {"fixed_zero": "in_digits"},
        "rinstrum": {"unit": "kg"},
        "bilanciai": {"unit": "kg"},
        "yaohua": {"unit": "kg"},
        "modbus": {"weight_unit": "kg"},
        "gac2100-csv01": {"test_weight_unit": "kg/hl", "temperature_unit": "C"},
    }
)
WEIGHBRIDGES: Mapping[str, Callable[[Clock], Talker]] = MappingProxyType(
    {
        "toledo-continuous": lambda _: SimulatedToledo(),
        "mt-sics": lambda _: SimulatedMtSics(),
        "sma": lambda _: SimulatedSma(),
        "nci-scp01": lambda _: SimulatedNciScp01(),
        "dini-argeo": lambda _: SimulatedDiniArgeo(),
        "rice-lake": lambda _: SimulatedRiceLake(),
        "cardinal": lambda _: SimulatedCardinal(),
        "rinstrum": lambda _: SimulatedRinstrum(),
        "systec": SimulatedSystec,
        "bilanciai": lambda _: SimulatedBilanciai(),
        "yaohua": lambda _: SimulatedYaohua(),
        "st-gs": lambda _: SimulatedStGs(),
        "sartorius-sbi": lambda _: SimulatedSartoriusSbi(),
    }
)
