"""Where the web server listens."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from salestargets.launcher.console import LauncherError


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def local_host(self) -> str:
        """Where this machine finds it: a server that listens everywhere is at home too."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  compared, not bound

    @property
    def url(self) -> str:
        """What people type."""
        host = "localhost" if self.local_host == "127.0.0.1" else self.bracketed(self.local_host)
        return f"http://{host}:{self.port}/"

    @property
    def bind(self) -> str:
        return f"{self.bracketed(self.host)}:{self.port}"

    @staticmethod
    def bracketed(host: str) -> str:
        return f"[{host}]" if ":" in host else host


def free_address(environ: Mapping[str, str]) -> Address:
    """HOST and PORT, checked to be free.

    Raises LauncherError if they are not.
    """
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise LauncherError(f"PORT must be a number from 1 to 65535, not {port!r}.")
    address = Address(host=host, port=int(port))
    try:
        _bind(address)
    except PermissionError as error:
        raise LauncherError(
            f"Port {port} needs more rights than yours. Choose another: PORT=8000 make run"
        ) from error
    except OSError as error:
        other = int(port) % 65535 + 1
        raise LauncherError(
            f"Port {port} on {host} is taken ({error.strerror}). Choose another: PORT={other} make run"
        ) from error
    return address


def _bind(address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address.host, address.port))
