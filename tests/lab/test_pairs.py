"""Pairs are read as people and programs write them; what cannot be read is named with its line."""

import pytest

from station.lab.pairs import PairsError, read_pairs

PAIRS = [(12.5, 12.25), (11.0, None)]


@pytest.mark.parametrize(
    "data",
    [
        b"machine,lab\n12.5,12.25\n11,\n",
        b"machine;lab\r\n12,5;12,25\r\n11;\r\n",
        b"machine\tlab\n12,5\t12,25\n11\tn/a\n",
        b"machine,lab\n\"12,5\",\"12,25\"\n11,-\n",
        "\ufeffmachine;lab\n12,5;12,25\n11;NA\n".encode(),
        "machine;lab\n12,5;12,25\n11;\n".encode("utf-16"),
        b"sep=;\nmachine;lab\n12,5;12,25\n11;\n",
        b"sep=\t\r\nmachine\tlab\r\n12.5\t12.25\r\n11\t\r\n",
        b"machine;lab\r12,5;12,25\r11;\r",
        b"\n\nMachine ; LAB \n 12,5 ; 12,25 \n\n;;\n11;#N/A\n",
        "machine;lab;remark\n12,5;12,25;séché\n11;;\n".encode("cp1252"),
        b"machine,lab\n1.25e1,12.25\n+11,\n",
    ],
)  # fmt: skip
def test_a_file_is_read_however_it_is_cut_and_encoded(data: bytes) -> None:
    table = read_pairs(data, ["machine", "lab"])
    assert list(zip(table.numbers["machine"], table.numbers["lab"], strict=True)) == PAIRS


def test_numbers_with_thousands_and_other_minus_signs() -> None:
    data = "a;b\n1.234,5;\N{MINUS SIGN}3\n1 234,5;-3\n1\N{NARROW NO-BREAK SPACE}234,5;−3,0\n".encode()
    assert read_pairs(data, ["a", "b"]).numbers == {"a": [1234.5] * 3, "b": [-3.0] * 3}


def test_texts_and_lines_stay_with_their_rows() -> None:
    table = read_pairs(b'id,a\n"x\ny",1\n\nz,2\n', ["a"], ["id"])
    assert table.texts == {"id": ["x\ny", "z"]}
    assert table.lines == [3, 5]


@pytest.mark.parametrize(
    ("data", "code", "params"),
    [
        (b"", "no_rows", {}),
        (b" \n\n", "no_rows", {}),
        (b"PK\x03\x04rest", "no_text", {}),
        (b"a,b\n1\x00,2\n", "no_text", {}),
        (b"\xff\xfea,b", "no_text", {}),
        (b"a,c\n1,2\n", "no_column", {"column": "b", "columns": ["a", "c"]}),
        (b"a,b,B\n1,2,3\n", "", {}),
        (b"a,b,b\n1,2,3\n", "column_twice", {"column": "b"}),
        (b"a,b\n12,5,11,2\n", "long_row", {"line": 2, "cells": 4, "columns_count": 2}),
        (b'a,b\n1,2\n3,"4\n', "broken_row", {"line": 3, "text": "unexpected end of data"}),
        (b"1" * 140_000, "broken_row", {"line": 1, "text": "field larger than field limit (131072)"}),
        (b"a,b\n1,x\n2,<3\n", "no_number", {
            "column": "b", "cells": [{"line": 2, "text": "x"}, {"line": 3, "text": "<3"}], "count": 2,
        }),
        (b"a,b\n1,1e13\n", "no_number", {
            "column": "b", "cells": [{"line": 2, "text": "1e13"}], "count": 1,
        }),
        (b"a,b\n1,inf\n", "no_number", {"column": "b", "cells": [{"line": 2, "text": "inf"}], "count": 1}),
        (b"a;b\n1;1,5\n2;1.5\n", "two_decimal_signs", {"column": "b", "comma": 2, "point": 3}),
        (b'a,b\n1,"1,234"\n', "comma_unclear", {"column": "b", "line": 2, "text": "1,234"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_why(data: bytes, code: str, params: dict[str, object]) -> None:
    if not code:
        assert read_pairs(data, ["a", "b"]).numbers["b"] == [2.0]
        return
    with pytest.raises(PairsError) as caught:
        read_pairs(data, ["a", "b"])
    assert (caught.value.code, caught.value.params) == (code, params)
