"""What the hub has of a station is compared with what the station has, and the first difference is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from station.hub import applying, proving
from station.hub.proving import Difference, Verdict
from station.post.proof import Question, send_proofs
from tests.post.post_rig import HUB, Post


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post.begin(tmp_path)
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a'), ('p2', 'b'), ('p3', 'c')")
    post.sql("INSERT INTO supplier (id, name, name_key) VALUES ('s1', 'Dupont', 's1')")
    post.settle()
    yield post
    post.ledger.close()


def asked(post: Post, table: str = "", bucket: str = "") -> int:
    with post.hub.begin() as connection:
        return proving.ask(connection, HUB, post.station, post.now, table, bucket)


def answered(post: Post, table: str = "", bucket: str = "") -> Verdict:
    """The whole way of a question and back."""
    number = asked(post, table, bucket)
    post.seal(question(post))
    post.deliver_all()
    post.acknowledge()
    post.apply_all()
    send_proofs(post.ledger, post.folder, lambda _epoch, _number, data: take(post, data))
    with post.hub.connect() as connection:
        verdict = proving.verdict(connection, HUB, number)
    assert verdict is not None
    return verdict


def question(post: Post) -> Question | None:
    with post.hub.connect() as connection:
        return proving.open_question(connection, HUB, post.station)


def take(post: Post, data: bytes) -> int:
    with post.hub.begin() as connection:
        assert proving.take(connection, HUB, post.station, proving.Proof.model_validate_json(data))
    return 200


def narrowed(post: Post) -> Difference:
    tables = answered(post)
    buckets = answered(post, tables.name)
    rows = answered(post, tables.name, buckets.name)
    with post.hub.connect() as connection:
        return proving.difference(connection, HUB, post.station, rows.question.id, rows.name)


def at_the_hub(post: Post, statement: str, **params: Any) -> None:
    with post.hub.begin() as connection:
        connection.execute(text(statement), params)


def test_equal_rows_are_equal_and_counted(post: Post) -> None:
    verdict = answered(post)
    assert (verdict.name, verdict.waiting) == ("", 0)
    assert verdict.rows == sum(len(rows) for rows in post.rows_here().values()) > 3


def test_a_proof_is_made_of_the_instant_of_its_bag(post: Post) -> None:
    number = asked(post)
    post.seal(question(post))
    post.sql("INSERT INTO pit (id, name) VALUES ('p4', 'later')")
    post.seal()
    post.deliver_all()
    post.acknowledge()
    post.apply_all()
    send_proofs(post.ledger, post.folder, lambda _epoch, _number, data: take(post, data))
    with post.hub.connect() as connection:
        verdict = proving.verdict(connection, HUB, number)
    assert verdict is not None
    assert verdict.name == ""


def test_a_row_lost_at_the_hub_is_named(post: Post) -> None:
    at_the_hub(post, "DELETE FROM pit WHERE id = 'p2'")
    assert answered(post).name == "pit"
    assert narrowed(post) == Difference("pit", '["p2"]', '{"id":"p2","name":"b"}', "")


def test_a_row_that_the_change_log_never_saw_is_named(post: Post) -> None:
    post.sql("UPDATE pit SET name = 'by hand' WHERE id = 'p3'")
    post.sql("DELETE FROM change")
    assert narrowed(post) == Difference(
        "pit", '["p3"]', '{"id":"p3","name":"by hand"}', '{"id":"p3","name":"c"}'
    )


def test_a_row_too_many_at_the_hub_is_named(post: Post) -> None:
    at_the_hub(
        post,
        "INSERT INTO pit (station, id, name, post_place, post_digest) "
        "VALUES ('beaulieu', 'p9', 'x', 1, :digest)",
        digest="ab" * 32,
    )
    assert narrowed(post) == Difference("pit", '["p9"]', "", '{"id":"p9","name":"x"}')


def test_of_a_person_only_the_key_is_shown(post: Post) -> None:
    at_the_hub(post, "DELETE FROM supplier")
    found = narrowed(post)
    assert (found.table, found.key, found.station) == ("supplier", '["s1"]', None)


def test_rows_in_quarantine_explain_a_difference(post: Post) -> None:
    post.sql("UPDATE pit SET name = 'x' || char(0) WHERE id = 'p1'")
    verdict = answered(post)
    assert (verdict.name, verdict.waiting) == ("", 1)
    post.sql("UPDATE pit SET name = 'healed' WHERE id = 'p1'")
    verdict = answered(post)
    assert (verdict.name, verdict.waiting) == ("", 0)


def test_what_never_changes_and_came_twice_is_explained_by_quarantine(post: Post) -> None:
    insert = "INSERT INTO site_policy (sha256, content, at) VALUES ('a', :content, '2026-07-20 08:00:00')"
    post.sql(insert, content='{"a":1}')
    post.settle()
    post.sql("UPDATE site_policy SET content = :content", content='{"a":2}')
    verdict = answered(post)
    assert (verdict.name, verdict.waiting) == ("", 1)


def test_forgetting_leaves_the_proof_valid(post: Post) -> None:
    post.sql("UPDATE supplier SET name = '' WHERE id = 's1'")
    post.sql("UPDATE post_link SET forgets = 1")
    assert answered(post).name == ""
    with post.hub.begin() as connection:
        applying.rebuild(connection, HUB, post.station, post.now)
    post.apply_all()
    assert answered(post).name == ""
    with post.hub.connect() as connection:
        assert proving.damaged(connection, HUB, post.station) is None


def test_a_row_changed_at_the_hub_is_found_without_the_station(post: Post) -> None:
    with post.hub.connect() as connection:
        assert proving.damaged(connection, HUB, post.station) is None
    at_the_hub(post, "UPDATE pit SET name = 'other' WHERE id = 'p2'")
    with post.hub.connect() as connection:
        found = proving.damaged(connection, HUB, post.station)
    assert found == Difference("pit", '["p2"]', '{"id":"p2","name":"b"}', '{"id":"p2","name":"other"}')


def test_a_proof_that_was_lost_is_asked_for_again(post: Post) -> None:
    number = asked(post)
    post.seal(question(post))
    post.deliver_all()
    post.apply_all()
    for file in post.folder.proofs():
        file.unlink()
    again = question(post)
    assert again is not None
    assert again.id == number
    post.seal(again)
    post.deliver_all()
    post.acknowledge()
    post.apply_all()
    send_proofs(post.ledger, post.folder, lambda _epoch, _number, data: take(post, data))
    with post.hub.connect() as connection:
        verdict = proving.verdict(connection, HUB, number)
    assert verdict is not None
    assert (verdict.name, verdict.number) == ("", post.bags()[-1].number)


def test_no_digest_is_in_a_bag(post: Post) -> None:
    asked(post)
    post.seal(question(post))
    facts, people = post.folder.read("e1", post.bags()[-1].number)
    assert people is None
    assert json.loads(facts.split(b"\n", 1)[0])["proves"] > 0
    (proof,) = post.folder.proofs()
    for _, digest in json.loads(proof.read_text())["sums"].values():
        assert digest.encode() not in facts
