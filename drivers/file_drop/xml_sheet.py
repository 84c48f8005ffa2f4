"""XML files of an analyzer's export: one element per result, values in elements or attributes below it."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from drivers.file_drop.sheet import Columns, FileRefused, Row

_STEP = r"[\w.-]+(?:\[@[\w.-]+='[^'\]]*'\])?"
_PATH = re.compile(rf"(?P<below>(?:{_STEP}(?:/{_STEP})*)?)(?:(?:^|/)@(?P<attribute>[\w.-]+))?")
_NAMESPACE = re.compile(r"^\{[^}]*\}")


def is_path(text: str) -> bool:
    """Accept `Moisture`, `Result/Value`, `Parameter[@Name='Moisture']/Value`, `@id`, `Sample/@id`."""
    return bool(text) and bool(_PATH.fullmatch(text))


def xml_rows(data: bytes, *, element: str, columns: Columns) -> Iterator[Row]:
    """Yield every `element` at any depth, in order, counted from 1. FileRefused for anything but plain
    XML."""
    _refuse_doctype(data)
    try:
        root = fromstring(data)
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise FileRefused(f"not well-formed XML: {error}") from error
    for node in root.iter():
        if isinstance(node.tag, str):
            node.tag = _NAMESPACE.sub("", node.tag)
    found = False
    for number, node in enumerate(root.iter(element), 1):
        found = True
        fields: dict[str, str] = {}
        problem = None
        for name, path in columns.titles.items():
            texts = _texts(node, path)
            if len(texts) == 1:
                fields[name] = texts[0]
            elif texts or name not in columns.optional:
                problem = f"{path} stands {len(texts)} times"
        yield Row(number, fields, problem)
    if not found:
        raise FileRefused(f"no element {element!r}")


def _texts(node: Element, path: str) -> list[str]:
    parts = _PATH.fullmatch(path)
    below, attribute = (parts["below"], parts["attribute"]) if parts else ("", None)
    nodes = node.findall(below) if below else [node]
    if attribute:
        return [found.attrib[attribute].strip() for found in nodes if attribute in found.attrib]
    return ["".join(found.itertext()).strip() for found in nodes]


def _refuse_doctype(data: bytes) -> None:
    """A document type can declare entities that grow without bound; no export needs one."""

    def refuse(*_: object) -> None:
        raise FileRefused("declares a document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except FileRefused:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FileRefused(f"not well-formed XML: {error}") from error
