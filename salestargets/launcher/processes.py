"""One supervised child process, its log and its end."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_LIMIT = 5_000_000


@dataclass
class Process:
    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    prefix: Sequence[str] = ()
    """A command before the command, which gives up root."""
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        _rotate(self.log)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*self.prefix, *_bound_to_us(self.stop_signal), *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.cwd,
                env=self.env,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which stops the others in order
            )

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._child.poll() if self._child else 0

    def stop(self, *, patience: float = 20) -> None:
        """Ask it to end, and after `patience` seconds end its whole group."""
        if self._child is None or self._child.poll() is not None:
            return
        self._child.send_signal(self.stop_signal)
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def last_lines(log: Path, count: int = 15) -> str:
    return "\n".join(f"  | {line}" for line in log.read_text(errors="replace").splitlines()[-count:])


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.old"))


def _bound_to_us(stop_signal: signal.Signals) -> list[str]:
    """A prefix with which a child gets its stop signal when we die without having stopped it."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--"]
