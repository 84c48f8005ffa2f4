"""A catalogue has shipped entries, and what a site adds to them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

NAME = r"^[a-z][a-z0-9_]{0,39}$"

Id = Annotated[str, StringConstraints(pattern=NAME)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Identifier(str):
    """The identifier of a catalogue's thing. Any well-formed word is one, known here or not: a record may be
    older than the catalogue. Where pydantic reads one, the catalogue must know it. Names annotated in a
    subclass are its constants."""

    __slots__ = ()

    thing: ClassVar[str]

    def __init_subclass__(cls) -> None:
        for name in cls.__annotations__:
            setattr(cls, name, cls(name.lower()))

    def __new__(cls, name: str) -> Self:
        if not re.fullmatch(NAME, name):
            raise ValueError(f"{name!r} is no identifier of {cls.thing}")
        return super().__new__(cls, name)

    @property
    def value(self) -> str:
        return str.__str__(self)

    @classmethod
    def of_catalogue(cls, name: str) -> Self:
        """Raises PydanticCustomError for a word that the catalogue does not know."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.of_catalogue, core_schema.str_schema())


class Names(BaseModel):
    """What a thing is called on paper and screens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fr: Text
    en: Text


class Entry(BaseModel):
    """One thing of a catalogue; files, commands and rows call it by its `id`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    name: Names


T = TypeVar("T", bound=Entry)


class Contradiction(ValueError):
    """An entry says something else than the shipped one of its name; `key` is what it says it of."""

    def __init__(self, entry: Entry, key: str, shipped: object) -> None:
        super().__init__(f"{entry.id!r} is shipped with {key} = {shipped!r}; take another id")
        self.entry = entry
        self.key = key


class Catalogue(Generic[T]):
    """Entries by id in a fixed order: the shipped ones, then a site's own as its file has them.

    There is one of a kind in a process, and it only grows. An old record is judged again by the entries of
    its day (`as_recorded`)."""

    def __init__(self, shipped: Iterable[T]) -> None:
        self._shipped = {entry.id: entry for entry in shipped}
        self._all: Mapping[str, T] = MappingProxyType(self._shipped)
        self._recorded: ContextVar[Mapping[str, T] | None] = ContextVar("recorded", default=None)

    @property
    def shipped(self) -> Mapping[str, T]:
        return MappingProxyType(self._shipped)

    @property
    def entries(self) -> Mapping[str, T]:
        return self._recorded.get() or self._all

    def contradiction(self, entry: T) -> Contradiction | None:
        """Return what this entry says against the shipped one of its id, if anything."""
        shipped = self._shipped.get(entry.id)
        for key in sorted(entry.model_fields_set) if shipped else ():
            if getattr(entry, key) != getattr(shipped, key):
                return Contradiction(entry, key, getattr(shipped, key))
        return None

    def add(self, own: Iterable[T]) -> None:
        """Take in what a site adds; what it says again of a shipped one must be the same (Contradiction)."""
        added = list(own)
        for entry in added:
            if (found := self.contradiction(entry)) is not None:
                raise found
        self._all = MappingProxyType({**self._all, **self._only_own(added)})

    @contextmanager
    def as_recorded(self, own: Iterable[T]) -> Iterator[None]:
        """Within this block the site's own entries are these, as a record has them, and no others."""
        token = self._recorded.set(MappingProxyType({**self._shipped, **self._only_own(own)}))
        try:
            yield
        finally:
            self._recorded.reset(token)

    def _only_own(self, entries: Iterable[T]) -> dict[str, T]:
        return {entry.id: entry for entry in entries if entry.id not in self._shipped}
