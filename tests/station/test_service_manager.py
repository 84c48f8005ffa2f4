"""The service manager is spoken to on its datagram socket, and what it handed over is taken."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.http_server import KEPT, AddressTaken, kept_or_new, listen
from station.service_manager import ServiceManager, manager_of

PID = 4711


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """Where a service manager listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(str(tmp_path / "notify"))
        opened.settimeout(5)
        yield opened


def heard(ear: socket.socket) -> list[str]:
    return ear.recv(1000).decode().split("\n")


def test_what_is_told_arrives_as_one_datagram_each(ear: socket.socket) -> None:
    manager = ServiceManager(ear.getsockname())
    manager.ready("http://127.0.0.1:8321")
    manager.tell("two\nlines")
    manager.beat()
    manager.stopping()
    assert [heard(ear) for _ in range(4)] == [
        ["READY=1", "STATUS=http://127.0.0.1:8321"],
        ["STATUS=two lines"],
        ["WATCHDOG=1"],
        ["STOPPING=1"],
    ]


def test_an_abstract_address_is_reached_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract:
        abstract.bind(f"\0silo-{os.getpid()}")
        abstract.settimeout(5)
        ServiceManager(f"@silo-{os.getpid()}").beat()
        assert heard(abstract) == ["WATCHDOG=1"]


def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(tmp_path: Path) -> None:
    ServiceManager().ready("")
    ServiceManager(str(tmp_path / "gone")).beat()


def test_the_environment_says_who_the_manager_is_and_the_children_are_not_told() -> None:
    environment = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "20000000", "PATH": "/bin"}
    assert manager_of(environment, PID).watchdog_s == 20.0
    assert environment == {"PATH": "/bin"}
    assert manager_of(environment, PID).watchdog_s is None


def test_a_watchdog_and_sockets_of_another_process_are_not_ours() -> None:
    theirs = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    theirs |= {"LISTEN_PID": "1", "LISTEN_FDS": "1"}
    manager = manager_of(theirs, PID)
    assert (manager.watchdog_s, manager.sockets) == (None, ())


def test_a_kept_socket_is_used_again_and_who_connected_meanwhile_is_answered(ear: socket.socket) -> None:
    manager = ServiceManager(ear.getsockname())
    first = kept_or_new("127.0.0.1", 0, manager)
    assert heard(ear) == ["FDSTOREREMOVE=1", f"FDNAME={KEPT}"]
    manager.keep(first, KEPT)
    said, descriptors, *_ = socket.recv_fds(ear, 1000, 1)
    assert said.decode().split("\n") == ["FDSTORE=1", f"FDNAME={KEPT}"]
    first.listen()
    host, port = first.getsockname()
    first.close()
    with socket.create_connection((host, port), 5) as waiting:
        kept = socket.socket(fileno=descriptors[0])
        again = kept_or_new(host, port, ServiceManager(sockets=(kept,)))
        with again, again.accept()[0] as accepted:
            accepted.sendall(b"hello")
            assert waiting.recv(10) == b"hello"


def test_a_kept_socket_of_another_address_is_let_go() -> None:
    kept = listen("127.0.0.1", 0)
    manager = ServiceManager(sockets=(kept,))
    with kept_or_new("127.0.0.2", 0, manager) as listener:
        assert listener.getsockname()[0] == "127.0.0.2"
    assert kept.fileno() == -1


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(AddressTaken):
        kept_or_new("192.0.2.1", 8321, ServiceManager())
