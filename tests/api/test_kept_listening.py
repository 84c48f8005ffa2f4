"""The service manager is told when the counter answers, and keeps the socket on which it listens."""

import socket
import threading
from pathlib import Path

import httpx2

from station.http_server import KEPT, HttpServer
from station.service_manager import ServiceManager
from station.site.file import Server
from tests.api.rig import Counter
from tests.silo_rig import SITE


def test_the_socket_is_handed_over_once_it_listens_and_before_the_station_is_ready(
    unserved: Counter, tmp_path: Path
) -> None:
    """systemd lets go of one that does not listen yet: it counts as hung up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(10)
        settings = SITE.model_copy(update={"server": Server(port=0)})
        server = HttpServer(unserved.context(), settings, tmp_path, ServiceManager(str(tmp_path / "notify")))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert ear.recv(1000) == f"FDSTOREREMOVE=1\nFDNAME={KEPT}".encode()
            said, (descriptor,), *_ = socket.recv_fds(ear, 1000, 1)
            assert said == f"FDSTORE=1\nFDNAME={KEPT}".encode()
            with socket.socket(fileno=descriptor) as kept:
                assert kept.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
            assert ear.recv(1000) == f"READY=1\nSTATUS={server.url}".encode()
            assert httpx2.get(f"{server.url}/api/v1/health", trust_env=False).is_success
            assert server.loop.overdue_s() == 0
        finally:
            server.stop()
            thread.join(timeout=20)
        assert ear.recv(1000) == b"STOPPING=1"
