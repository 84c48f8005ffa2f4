"""A load's weight is estimated before tipping from one gross weighing, and known after the tare."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from station.grain.units import Kilograms


def estimate_load_kg(
    gross_kg: Kilograms, last_tare_kg: Kilograms | None, net_share: float, load_share: float
) -> Kilograms:
    """Return what the load is expected to weigh, while the vehicle has not tipped.

    Gross less the vehicle's last tare; without one (or with a tare that is not below this gross: another
    trailer) `net_share` of the gross, the site's usual share of grain in a full vehicle. `load_share` is
    the load's declared part of that net, 1.0 when it is alone on the gross. Raises ValueError for a
    share outside (0, 1] or a gross that is not positive."""
    for name, share in (("net_share", net_share), ("load_share", load_share)):
        if not 0.0 < share <= 1.0:
            raise ValueError(f"{name} must be above 0 and at most 1, not {share}")
    if not gross_kg > 0.0:
        raise ValueError(f"a gross weight must be above 0 kg, not {gross_kg}")
    if last_tare_kg is not None and 0.0 < last_tare_kg < gross_kg:
        net = gross_kg - last_tare_kg
    else:
        net = gross_kg * net_share
    return Kilograms(round(net * load_share, 3))


def net_kg(gross_kg: Kilograms, tare_kg: Kilograms) -> Kilograms:
    """Return the difference of the two weighings of a load, each to the gram, as they are printed. Raises
    ValueError when the tare is above the gross."""
    if tare_kg > gross_kg:
        raise ValueError(f"a tare of {tare_kg} kg is above its gross of {gross_kg} kg")
    return Kilograms(round(round(gross_kg, 3) - round(tare_kg, 3), 3))


def split_kg(whole_kg: float, shares: Sequence[float]) -> list[float]:
    """Return the parts of a net by their shares of it: whole kilograms that add up to it; what is no whole
    kilogram of the net is in the last part."""
    total = sum(shares)
    edges = [float(round(whole_kg * share / total)) for share in accumulate(shares[:-1])]
    return [round(end - begin, 3) for begin, end in pairwise([0.0, *edges, whole_kg])]


def owners_kg(net_kg: float, shares: Mapping[str, float]) -> dict[str, float]:
    """Return the owners' kilograms of a net by their shares of it, in one order of their names."""
    names = sorted(shares)
    return dict(zip(names, split_kg(net_kg, [shares[name] for name in names]), strict=True)) if names else {}


def parts_kg(whole_kg: float, said_kg: Sequence[float | None]) -> list[float]:
    """Return the parts of a net of which a person said the kilograms; one of them may be what is left.

    Raises ValueError where they are no whole kilograms, or do not add up to the net."""
    said = [kg for kg in said_kg if kg is not None]
    left = round(whole_kg - sum(said), 3)
    unsaid = len(said_kg) - len(said)
    if unsaid > 1 or (left <= 0.0 if unsaid else left != 0.0):
        raise ValueError(f"parts of {sum(said)} kg are not a net of {whole_kg} kg")
    if unsaid and not all(kg.is_integer() for kg in said):
        raise ValueError("a part is said in whole kilograms")
    return [left if kg is None else kg for kg in said_kg]
