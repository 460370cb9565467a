import socket

import pytest

from salestargets.launcher.address import Address, free_address
from salestargets.launcher.console import LauncherError


def test_a_taken_port_is_named_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LauncherError, match=rf"Port {port} on 127.0.0.1 is taken.*PORT="):
            free_address({"PORT": str(port)})


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", "８０００x", "²"])
def test_a_port_that_is_none_is_refused(port: str):
    with pytest.raises(LauncherError, match="PORT must be a number"):
        free_address({"PORT": port})


def test_the_port_of_the_environment_is_used():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = free_address({"PORT": str(port)})
    assert address == Address(host="127.0.0.1", port=port)
    assert address.url == f"http://localhost:{port}/"


def test_a_server_that_listens_everywhere_is_found_at_home():
    assert Address(host="0.0.0.0", port=80).local_host == "127.0.0.1"
    assert Address(host="192.0.2.7", port=80).url == "http://192.0.2.7:80/"
    assert Address(host="::1", port=80).url == "http://[::1]:80/"
    assert Address(host="::1", port=80).bind == "[::1]:80"
