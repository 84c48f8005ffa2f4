"""Grain goes from one cell into another where reception would have kept it out: a manager is asked first."""

from station.acts.desk import Actor
from station.acts.refusals import Fault, NotAllowed
from station.grain.past import Grain, Standing
from station.grain.reasons import Code, Reason
from station.receival.storage import cells
from station.store.tables import Cell, CellMovement


def check_joining(
    source: Cell, grain: Grain, target: Cell, before: CellMovement | None, actor: Actor
) -> list[Reason]:
    """Ask a manager about what the other cell would lose. Raises NotAllowed(never_blend_transfer) for anybody
    else. `before`: the newest movement of the target."""
    if source.id == target.id:
        return []
    asked = against_joining(source, grain, target, cells.standing_of(before))
    if asked and "manager" not in actor.roles:
        raise NotAllowed(Fault.NEVER_BLEND_TRANSFER, cell=source.id, to_cell=target.id)
    return asked


def against_joining(source: Cell, grain: Grain, target: Cell, there: Standing) -> list[Reason]:
    """Return why reception would keep grain of `source` out of `target`, of which `there` tells what it has
    taken."""
    found = _other_species(source, grain, target, there)
    if target.role != "quarantine" and grain.never_blend != there.never_blend:
        code = Code.SPOILS_CELL if grain.never_blend else Code.SPOILED_IN_CELL
        found.append(Reason(code, {"cell": target.id}))
    if given_up := sorted(grain.costs(there, target.claims)):
        found.append(Reason(Code.CLAIMS_GIVEN_UP, {"cell": target.id, "claims": given_up}))
    return found


def _other_species(source: Cell, grain: Grain, target: Cell, there: Standing) -> list[Reason]:
    species = grain.species or ((source.species,) if source.species else ())
    at_home = (*there.species, *((target.species,) if target.species else ()))
    others = [one for one in species if one not in at_home]
    if not (others and at_home):
        return []
    return [Reason(Code.OTHER_SPECIES, {"cell": target.id, "species": others[0], "cell_species": at_home[0]})]
