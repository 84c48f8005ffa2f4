"""A profile of a result file: how its rows become readings.

    [profile]                      as every profile has it            drivers/generic/head.py
    [file]
    format = "csv"                 or "xlsx", "xml"
    names = ["*.csv"]              which files of the folder are the instrument's, without case; every other
                                   one is left alone. Without it those that end as the format does
    encoding = "utf-8"             csv: also cp1252, latin-1, cp850, cp437, utf-16
    separator = ";"                csv
    sheet = "Results"              xlsx; without it the first sheet
    row = "Sample"                 xml: the element that holds one result
    [columns]                      field = column title (xml: a path such as "Parameter[@Name='M']/Value")
    id = "Sample ID"
    moisture = "Moisture %"
    optional = ["moisture"]        fields whose column may be missing
    [skip.type]                    rows that hold no result: a field and the texts that tell
    texts = ["Average", "Blank"]
    [rows]                         several rows are one result         drivers/file_drop/samples.py
    [values.*] [numbers] [flags.*] [time] [texts] [duplicates]    drivers/generic/results.py

The title row of a csv or xlsx file is the first row that holds all needed titles; what stands above it is
left alone. A blank cell is an analyte that was not measured, dashes are one that was measured badly.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.file_drop.csv_sheet import csv_lines
from drivers.file_drop.samples import Grouping, read_grouping
from drivers.file_drop.sheet import Columns, FileRefused, Row, rows_under_titles
from drivers.file_drop.xlsx_sheet import xlsx_lines
from drivers.file_drop.xml_sheet import is_path, xml_rows
from drivers.generic.head import Head, read_head
from drivers.generic.results import Results, read_results
from drivers.generic.tables import Table, read_toml

# What the files of a format are named where the profile says nothing else.
_FORMATS = {"csv": ("*.csv", "*.txt"), "xlsx": ("*.xlsx",), "xml": ("*.xml",)}
_ENDING = re.compile(r"\.[a-z0-9]+$")
_ENCODINGS = ("utf-8", "cp1252", "latin-1", "cp850", "cp437", "utf-16")


@dataclass(frozen=True, slots=True)
class FileShape:
    """`names` are patterns of the files' names, in small letters."""

    form: str
    names: tuple[str, ...]
    encoding: str
    separator: str
    sheet: str | None
    element: str
    columns: Columns
    skip: Mapping[str, frozenset[str]]

    def rows(self, data: bytes) -> Iterator[Row]:
        """Yield every row that may hold a result. FileRefused when the file is none of this shape."""
        for row in self._all_rows(data):
            skipped = any(row.fields.get(name, "").lower() in texts for name, texts in self.skip.items())
            if row.problem or not skipped:
                yield row

    def _all_rows(self, data: bytes) -> Iterator[Row]:
        if not data.strip():
            raise FileRefused("the file is empty")
        if self.form == "xml":
            return xml_rows(data, element=self.element, columns=self.columns)
        if self.form == "xlsx":
            return rows_under_titles(xlsx_lines(data, sheet=self.sheet), self.columns)
        lines = csv_lines(data, encoding=self.encoding, separator=self.separator)
        return rows_under_titles(lines, self.columns)


@dataclass(frozen=True, slots=True)
class FileProfile:
    head: Head
    shape: FileShape
    grouping: Grouping | None
    results: Results


def read_file_profile(path: Path) -> FileProfile:
    """SettingError names file, section and key."""
    whole = read_toml(path)
    head = read_head(whole.table("profile", required=True))
    if head.category != "analyzer":
        raise whole.error("profile", "a result file is of an analyzer: a weighing has its own rule")
    shape = _read_shape(whole)
    results = read_results(whole, head)
    for name in ("stability", "transport"):
        if whole.has(name):
            raise whole.error(name, "means nothing for a file")
    if shape.form == "xlsx" and whole.table("numbers").text("decimal", "point") == "comma":
        raise whole.table("numbers").error("decimal", 'cells of a workbook hold numbers: "point" or "either"')
    grouping = _read_grouping(whole, shape, results)
    whole.refuse_unread()
    filled = grouping.parameters.given_fields if grouping and grouping.parameters else frozenset()
    given = [*shape.columns.titles, *sorted(filled)]
    for source in results.sources():
        if source not in given:
            known = ", ".join(given)
            raise whole.error("columns", f"gives no field {source!r}, which is used; it gives {known}")
    return FileProfile(head, shape, grouping, results)


def _read_grouping(whole: Table, shape: FileShape, results: Results) -> Grouping | None:
    if not whole.has("rows"):
        return None
    agree = frozenset(results.texts.values())
    return read_grouping(whole.table("rows"), frozenset(shape.columns.titles), agree)


def _read_shape(whole: Table) -> FileShape:
    table = whole.table("file", required=True)
    form = table.choice("format", tuple(_FORMATS))
    separator = table.text("separator", ",") if form == "csv" else ","
    if len(separator) != 1 or separator in "\r\n\"'":
        raise table.error("separator", f"{separator!r} must be one character")
    shape = FileShape(
        form=form,
        names=_read_names(table, form),
        encoding=table.choice("encoding", _ENCODINGS, "utf-8") if form == "csv" else "utf-8",
        separator=separator,
        sheet=table.text("sheet") if form == "xlsx" and table.has("sheet") else None,
        element=table.text("row") if form == "xml" else "",
        columns=_read_columns(whole.table("columns", required=True), paths=form == "xml"),
        skip=_read_skip(whole.table("skip")),
    )
    table.refuse_unread()
    for name in shape.skip:
        if name not in shape.columns.titles:
            raise whole.error("skip", f"{name!r} is no field of [columns]")
    return shape


def _read_names(table: Table, form: str) -> tuple[str, ...]:
    names = tuple(name.lower() for name in table.texts("names", _FORMATS[form]))
    for name in names:
        if not _ENDING.search(name) or "/" in name:
            raise table.error("names", f"{name!r} must say how the files' names end, as *.csv does")
    return names


def _read_columns(table: Table, *, paths: bool) -> Columns:
    optional = frozenset(table.texts("optional", ()))
    titles = {name: table.text(name) for name in table.keys() if name != "optional"}  # noqa: SIM118
    for name, title in titles.items():
        if not title.strip() or (paths and not is_path(title)):
            raise table.error(name, f"{title!r} is no {'path' if paths else 'column title'}")
    for name in optional - set(titles):
        raise table.error("optional", f"{name!r} is no field")
    if not set(titles) - optional:
        raise table.error("optional", "at least one column must be there, else no title row can be found")
    return Columns(titles, optional)


def _read_skip(table: Table) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in table.keys():  # noqa: SIM118
        inner = table.table(name)
        found[name] = frozenset(text.strip().lower() for text in inner.texts("texts"))
        inner.refuse_unread()
    return found
