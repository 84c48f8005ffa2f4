"""Columns that are kept small: JSON that is written once and seldom read, and digests."""

import json
import zlib
from typing import Any

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

# What such JSON says again and again. Rows are read with the dictionary that they were written with: it never
# changes; another one would be another column type.
_DICTIONARY = (
    '"alibi","arrived_at":"2026-","barcodes":["B0000"],"campaign":"2026","claims":[],"declared_variety":"",'
    '"gross":{"at":"2026-","kg":40000.0,"remarks":[],"rule":"equal_readings","sealed_number":null,"typed'
    '_by":null},'
    '"net_kg":,"number":,"owners":[{"name":"EARL ","share":1.0}],"plate":"","site":"","species":"soft_wh'
    'eat",'
    '"supplier":"","tare":{"tipped":[{"cell":"c1","pit":"f1","share":1.0}],'
    '{"box":[],"class":"sound","length_mm":null,"p":0.9,"width_mm":null},"class":"broken","class":"foreign"'
    '{"code":"known_later","params":{"analyte":"falling_number"}},{"code":"reached_by","params":{"line":'
    'null,"pit":"f2"}}'
    '{"code":"not_a_hold_case","params":{}},{"code":"not_a_quarantine_case","params":{}},'
    '{"code":"claim_required","params":{"claim":"organic"}},{"code":"outside_limit","params":'
    '{"analyte":"impurities","basis":null,"limit":2.0,"op":"<=","unit":"%","value":1.5}},'
    '{"code":"wrong_cell_species","params":{"cell_species":"barley","species":"soft_wheat"}},'
    '"reasons":[{"code":"species_matches","params":{"species":"soft_wheat"}},{"code":"within_room","para'
    'ms":'
    '{"free_t":500.0,"load_t":26.0,"reserved_t":0.0}},{"code":"meets","params":{"analyte":"moisture","ba'
    'sis":null,'
    '"limit":15.0,"op":"<=","unit":"%","value":13.4}},{"code":"meets","params":{"analyte":"protein","bas'
    'is":"dm",'
    '"limit":11.0,"op":">=","unit":"%","value":12.0}},{"code":"meets","params":{"analyte":"test_weight",'
    '"basis":null,"limit":76.0,"op":">=","unit":"kg/hl","value":77.5}},{"code":"reached_by","params":{"l'
    'ine":null,'
    '"pit":"f1"}}],"score":0.8,"ranked":[{"cell":"c1","pit":"f1","refused":[{"cell":"c2",'
    '"cells":[{"capacity_t":900.0,"claims":[],"content":{"moisture":{"basis":null,"u":null,"value":13.4},'
    '"protein":{"basis":"dm","u":null,"value":11.4},"test_weight":{"basis":null,"u":null,"value":77.6}},'
    '"content_t":0.0,"grade":"milling_no_2","id":"c1","open":true,"pits":["f1","f2"],"reserved_t":0.0,'
    '"role":"normal","species":"soft_wheat"}],"facts":{"adverse":[],"claims":[],"declared":{},"load_t":2'
    "6.0,"
    '"species":"soft_wheat","values":{"photo":[{"code":"photo_shares","readings":["weights":{"gross_kg":'
    "40000.0,"
    '"share":1.0,"tare_kg":null}}{"badly":[],"others":{"moisture":["reasons":[],"results":{"moisture":{"'
    'basis":null,'
    '"instrument":"gac","reading_id":"019f","reasons":[{"code":"first_choice","params":{"analyte":"moist'
    'ure",'
    '"instrument":"gac","position":1}}],"typed_by":null,"u":null,"unit":"%","value":13.4},"protein":{"ba'
    'sis":"dm",'
    '"temperature":{"unit":"°C","test_weight":{"unit":"kg/hl"'
).encode()


class Packed(TypeDecorator[Any]):
    """Any JSON value as zlib-compressed canonical JSON (sorted keys), so equal values are equal bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        packer = zlib.compressobj(9, zdict=_DICTIONARY)
        return packer.compress(text.encode()) + packer.flush()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return json.loads(zlib.decompressobj(zdict=_DICTIONARY).decompress(value))


class HexDigest(TypeDecorator[str]):
    """A digest in hexadecimal, as bytes. What is no digest any more is shown as what it is."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value.hex() if isinstance(value, bytes) else value
