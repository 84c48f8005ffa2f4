"""Cells and pits, and the site as its file describes it."""

from sqlmodel import col, select

from station.api import schemas
from station.api.views.view import View, values_of
from station.grain.identifiers import Claim
from station.receival import cells as contents
from station.receival.loads import GRAIN_ANALYTES
from station.store.tables import Pit


def cells(view: View) -> list[schemas.Cell]:
    return [_cell(content) for content in contents.contents(view.tx)]


def _cell(content: contents.CellContent) -> schemas.Cell:
    cell = content.cell
    return schemas.Cell(
        id=cell.id,
        name=cell.name,
        species=cell.species,
        grade=cell.grade,
        claims=cell.claims,
        role=cell.role,  # type: ignore[arg-type] # the site file allows only the roles
        open=cell.open,
        pits=list(content.pits),
        capacity_t=cell.capacity_kg / 1000,
        content_t=content.content_kg / 1000,
        reserved_t=content.reserved_kg / 1000,
        free_t=content.free_kg / 1000,
        quality=values_of(content.quality),
    )


def site(view: View) -> schemas.Site:
    policy = view.policy
    reached = contents.pits_of_cells(view.tx)
    return schemas.Site(
        id=policy.site,
        name=policy.site_name,
        campaign=policy.campaign,
        language=policy.language,
        timezone=policy.timezone,
        species=list(policy.species),
        claims=[claim.value for claim in Claim],
        pits=[
            schemas.Pit(
                id=pit.id,
                name=pit.name,
                cells=sorted(cell for cell, pits in reached.items() if pit.id in pits),
            )
            for pit in view.tx.exec(select(Pit).order_by(col(Pit.id)))
        ],
        analytes=_analytes(view),
        override_reasons=list(policy.override_reasons),
        refusal_reasons=list(policy.refusal_reasons),
    )


def _analytes(view: View) -> list[str]:
    """What can be measured or typed of a sample: the site's own instruments' analytes first."""
    own = {analyte.value for analyte in view.policy.instrument_order}
    return sorted(GRAIN_ANALYTES, key=lambda analyte: analyte not in own)
