import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.mixing import Move, Origin
from station.grain.tracing import fate_of, follow


class Site:
    """Movements of one site, written short."""

    def __init__(self, name="s"):
        self.name, self.rows = name, []

    def add(self, cell, kg, kind, *, load=None, transfer=None, move_id=None):
        number = len(self.rows) + 1
        move_id = move_id or f"{self.name}{number}"
        self.rows.append(Move(move_id, self.name, cell, number, kind, kg, load, transfer))
        return move_id

    def load(self, name, cell, kg):
        return self.add(cell, kg, "in", load=name)

    def out(self, cell, kg):
        return self.add(cell, -kg, "out")

    def transfer(self, cell, to, kg):
        leaving = f"{self.name}{len(self.rows) + 1}"
        self.add(cell, -kg, "transfer", transfer=leaving)
        self.add(to, kg, "transfer", transfer=leaving)


def load(name, site="s"):
    return Origin(site, "load", name)


def of(done, place):
    return {origin.ref: round(kg, 6) for origin, kg in place.items()}


def test_a_lot_holds_of_each_load_its_share():
    site = Site()
    site.load("a", "c1", 30_000)
    site.load("b", "c1", 10_000)
    lot = site.out("c1", 20_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"a": 15_000, "b": 5_000}
    assert of(done, done.lies["s", "c1"]) == {"a": 15_000, "b": 5_000}


def test_what_came_after_a_lot_left_is_not_in_it():
    site = Site()
    site.load("a", "c1", 30_000)
    lot = site.out("c1", 10_000)
    site.load("b", "c1", 10_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"a": 10_000}


def test_nothing_of_before_is_in_a_cell_that_was_empty():
    site = Site()
    site.load("a", "c1", 30_000)
    site.out("c1", 30_000)
    site.load("b", "c1", 20_000)
    lot = site.out("c1", 5_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"b": 5_000}


def test_grain_is_followed_through_a_transfer():
    site = Site()
    site.load("a", "c1", 30_000)
    site.transfer("c1", "c2", 10_000)
    site.load("b", "c2", 10_000)
    lot = site.out("c2", 10_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"a": 5_000, "b": 5_000}
    fate = fate_of([load("a")], done)
    assert (fate.came_kg, fate.left, fate.lies) == (
        30_000, {("s", lot): 5_000}, {("s", "c1"): pytest.approx(20_000), ("s", "c2"): 5_000}
    )  # fmt: skip
    assert fate.balance_kg == pytest.approx(0, abs=1e-6)


def test_what_came_back_is_in_the_lot_no_more():
    site = Site()
    site.load("a", "c1", 30_000)
    lot = site.out("c1", 20_000)
    site.add("c2", 8_000, "returned", transfer=lot)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"a": 12_000}
    assert of(done, done.lies["s", "c2"]) == {"a": 8_000}


def test_a_count_that_finds_less_is_a_loss_and_more_is_more_of_the_same():
    site = Site()
    site.load("a", "c1", 30_000)
    site.add("c1", -300, "correction")
    site.add("c1", 100, "correction")
    fate = fate_of([load("a")], follow(site.rows))
    assert (fate.lost_kg, sum(fate.lies.values())) == (pytest.approx(300), pytest.approx(29_800))
    assert fate.balance_kg == pytest.approx(0, abs=1e-6)


def test_more_than_is_known_leaves_as_unknown():
    site = Site()
    site.load("a", "c1", 10_000)
    lot = site.out("c1", 12_000)
    done = follow(site.rows)
    assert {origin.kind: kg for origin, kg in done.left["s", lot].items()} == {
        "load": 10_000,
        "unknown": 2_000,
    }


def test_a_shipment_is_followed_to_the_other_silo_and_its_freinte_is_a_loss():
    here, there = Site("a"), Site("b")
    here.load("x", "c1", 30_000)
    gone = here.out("c1", 25_000)
    there.load("came", "d1", 14_950)  # tipped into two cells
    there.load("came", "d2", 9_950)
    done = follow([*there.rows, *here.rows], {("b", "came"): ("a", gone)})
    fate = fate_of([load("x", "a")], done)
    assert fate.lies == {
        ("a", "c1"): pytest.approx(5_000),
        ("b", "d1"): pytest.approx(14_950),
        ("b", "d2"): pytest.approx(9_950),
    }
    assert fate.left == {}
    assert (fate.lost_kg, fate.balance_kg) == (pytest.approx(100), pytest.approx(0, abs=1e-6))


def test_a_load_from_a_silo_that_is_not_known_here_is_an_origin():
    there = Site("b")
    there.load("came", "d1", 14_950)
    done = follow(there.rows, {("b", "came"): ("a", "gone")})
    assert of(done, done.lies["b", "d1"]) == {"came": 14_950}


def test_records_that_contradict_each_other_end_all_the_same():
    here, there = Site("a"), Site("b")
    here.load("x", "c1", 10_000)
    here.add("c1", -10_000, "out", move_id="ax")
    there.load("y", "d1", 10_000)
    there.add("d1", -10_000, "out", move_id="by")
    done = follow([*here.rows, *there.rows], {("a", "x"): ("b", "by"), ("b", "y"): ("a", "ax")})
    assert sum(sum(one.values()) for one in done.left.values()) == pytest.approx(10_000)


steps = st.lists(
    st.tuples(
        st.sampled_from(["load", "out", "transfer", "correction", "back"]),
        st.sampled_from(["c1", "c2", "c3"]),
        st.integers(100, 30_000),
    ),
    max_size=40,
)


@given(steps)
def test_kilograms_are_conserved_whatever_moves(rows):
    site, outs = Site(), []
    for number, (what, cell, kg) in enumerate(rows):
        if what == "load":
            site.load(f"l{number}", cell, kg)
        elif what == "out":
            outs.append((site.out(cell, kg), cell, kg))
        elif what == "transfer":
            site.transfer(cell, "c1" if cell != "c1" else "c2", kg)
        elif what == "correction":
            site.add(cell, -kg if number % 2 else kg, "correction")
        elif outs:
            move_id, home, all_kg = outs.pop()
            site.add(home, min(kg, all_kg), "returned", transfer=move_id)
    done = follow(site.rows)
    fate = fate_of(list(done.came), done)
    assert fate.balance_kg == pytest.approx(0, abs=1e-3)
    assert all(kg >= 0 for content in done.lies.values() for kg in content.values())


def test_a_count_after_more_left_than_was_known_finds_only_what_lies_there():
    site = Site()
    site.load("a", "c1", 10_000)
    site.out("c1", 15_000)  # the ledger says -5 t
    site.add("c1", 9_000, "correction")  # 4 t were counted
    done = follow(site.rows)
    assert sum(done.lies["s", "c1"].values()) == pytest.approx(4_000)
    assert fate_of(list(done.came), done).balance_kg == pytest.approx(0, abs=1e-6)


def test_a_load_that_was_entered_after_it_left_is_supposed_to_be_what_left():
    """The ledger says 5 t: what of it still lies there. The rest of it is named in the lot."""
    site = Site()
    site.load("a", "c1", 10_000)
    lot = site.out("c1", 15_000)
    site.load("late", "c1", 8_000)
    site.load("last", "c1", 2_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"a": 10_000, "late": 5_000}
    assert of(done, done.lies["s", "c1"]) == {"late": 3_000, "last": 2_000}
    assert done.supposed == {load("late"): pytest.approx(5_000)}
    assert sum(done.came.values()) == pytest.approx(20_000)
    fate = fate_of([load("late")], done)
    assert (fate.came_kg, fate.balance_kg) == (8_000, pytest.approx(0, abs=1e-6))


def test_what_is_supposed_is_followed_to_where_the_unknown_went():
    site = Site()
    site.transfer("c1", "c2", 6_000)  # nothing was known to be there
    lot = site.out("c2", 2_000)
    site.load("late", "c1", 9_000)
    done = follow(site.rows)
    assert of(done, done.left["s", lot]) == {"late": 2_000}
    assert of(done, done.lies["s", "c2"]) == {"late": 4_000}
    assert of(done, done.lies["s", "c1"]) == {"late": 3_000}


def test_what_left_beyond_all_that_was_known_and_comes_back_is_nobodys():
    site = Site()
    lot = site.out("c1", 6_000)
    site.add("c1", 6_000, "returned", transfer=lot)
    site.load("a", "c1", 1_000)
    done = follow(site.rows)
    assert of(done, done.lies["s", "c1"]) == {"a": 1_000}
    assert (done.supposed, done.came) == ({}, {load("a"): 1_000})


def test_what_a_count_makes_good_stays_unknown():
    site = Site()
    lot = site.out("c1", 6_000)
    site.add("c1", 6_000, "correction")  # nothing was counted
    site.load("a", "c1", 1_000)
    done = follow(site.rows)
    assert [origin.kind for origin in done.left["s", lot]] == ["unknown"]
    assert of(done, done.lies["s", "c1"]) == {"a": 1_000}


@given(steps)
def test_what_lies_in_a_cell_is_what_the_ledger_says_and_never_less_than_nothing(rows):
    site, balance, outs = Site(), dict.fromkeys(("c1", "c2", "c3"), 0), []
    for number, (what, cell, kg) in enumerate(rows):
        if what == "load":
            site.load(f"l{number}", cell, kg)
        elif what == "out":
            outs.append((site.out(cell, kg), kg))
        elif what == "transfer":
            site.transfer(cell, "c1" if cell != "c1" else "c2", kg)
        elif what == "correction":
            site.add(cell, number * kg // 10 - balance[cell], "correction")
        elif outs:
            move_id, all_kg = outs.pop()
            site.add(cell, min(kg, all_kg), "returned", transfer=move_id)
        balance = {one: sum(row.kg for row in site.rows if row.cell == one) for one in balance}
    done = follow(site.rows)
    for cell, kg in balance.items():
        lies = sum(done.lies.get(("s", cell), {}).values())
        assert lies == pytest.approx(max(0.0, kg), abs=len(rows) + 1e-3)
    assert fate_of(list(done.came), done).balance_kg == pytest.approx(0, abs=1e-3)
    for origin in done.came:
        assert fate_of([origin], done).balance_kg == pytest.approx(0, abs=1e-3)
    assert all(kg >= 0 for content in done.contents() for kg in content.values())
