"""The site, the station's health, the cells, vehicles and suppliers."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import col, select

from drivers.text import fold
from station.api import schemas
from station.api.asked import Asked
from station.api.views import places, visits
from station.api.views.health import health
from station.api.views.view import view_of
from station.store import queries
from station.store.tables import Supplier, Variety

router = APIRouter(tags=["site"])
SearchText = Annotated[schemas.Text, Query(max_length=80)]


@router.get("/health", tags=["health"])
def get_health(asked: Asked) -> schemas.Health:
    """Needs no token. A station that answers takes arrivals."""
    with view_of(asked) as view:
        return health(view, asked.context)


@router.get("/site")
def get_site(asked: Asked) -> schemas.Site:
    with view_of(asked) as view:
        return places.site(view, asked.desk)


@router.get("/cells")
def list_cells(asked: Asked) -> list[schemas.Cell]:
    with view_of(asked) as view:
        return places.cells(view)


@router.get("/vehicles")
def find_vehicles(asked: Asked, q: SearchText = "") -> list[schemas.Vehicle]:
    """Known vehicles whose plate begins so, whatever parts it, the last seen first."""
    with view_of(asked) as view:
        return visits.vehicles(view, queries.vehicles_like(view.tx, fold(q)))


@router.get("/suppliers")
def find_suppliers(asked: Asked, q: SearchText = "") -> list[schemas.Supplier]:
    """Suppliers in whose name this occurs, one of exactly this name first; accents make no difference."""
    with view_of(asked) as view:
        query = select(Supplier).where(col(Supplier.name_key).contains(fold(q), autoescape=True))
        first = col(Supplier.name_key) != fold(q)
        rows = view.tx.exec(query.order_by(first, col(Supplier.name)).limit(20)).all()
        return [visits.supplier(row) for row in rows]


@router.get("/varieties")
def list_varieties(asked: Asked, species: schemas.Key = "") -> list[schemas.Variety]:
    """The varieties of the catalogue, of a species or of all, by name."""
    with view_of(asked) as view:
        query = select(Variety).where(col(Variety.ended_at).is_(None)).order_by(col(Variety.name)).limit(1000)
        query = query.where(Variety.species == species) if species else query
        return [schemas.Variety(**row.model_dump(exclude={"ended_at"})) for row in view.tx.exec(query)]
