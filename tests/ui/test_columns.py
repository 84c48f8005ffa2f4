"""Nothing that is laid out is wider than it may be, and nothing is lost by wrapping."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ui.tui.columns import Column, fit, flow, header_row, table_row, widths, wrap

TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=60)


@given(TEXT, st.integers(4, 40), st.integers(0, 2))
def test_wrapped_lines_fit_and_keep_every_character(text: str, width: int, indent: int) -> None:
    lines = wrap(text, width, indent=indent)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXT, st.integers(0, 30), st.booleans())
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(st.lists(st.text("ab ", min_size=1, max_size=9), max_size=9), st.integers(10, 40))
def test_parts_flow_whole_within_the_width(parts: list[str], width: int) -> None:
    lines = flow(parts, width, " · ")
    assert all(len(line) <= width for line in lines)
    assert [part for line in lines for part in line.split(" · ")] == parts


def test_spare_room_goes_to_the_columns_that_bend() -> None:
    columns = [Column("A", 5), Column("B", 5, flex=1), Column("C", 4, right=True)]
    assert widths(columns, 30) == [5, 19, 4]
    assert table_row(["aaaaaaa", "b", "7"], columns, 16) == "aaaa… b        7"
    assert header_row(columns, 16) == "A     B        C"


@given(st.integers(0, 40))
def test_a_table_is_never_wider_than_the_screen(total: int) -> None:
    columns = [Column("Plate", 11, least=9), Column("Kilograms", 9, right=True), Column("B", 12, flex=1)]
    assert len(header_row(columns, total)) <= max(total, 2)
    assert sum(widths(columns, total)) + 2 <= max(total, 2)


def test_a_narrow_table_keeps_titles_and_whole_numbers() -> None:
    columns = [Column("Plate", 11, least=9), Column("Kg", 9, right=True), Column("B", 12, flex=1)]
    assert widths(columns, 23) == [10, 9, 2]
