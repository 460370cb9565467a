import signal
import sys
import time
from pathlib import Path

import pytest

from salestargets.launcher import watch
from salestargets.launcher.console import LauncherError
from salestargets.launcher.processes import Process


def python(code: str, tmp_path: Path, **options: object) -> Process:
    return Process(
        name="child", argv=[sys.executable, "-c", code], log=tmp_path / "child.log", cwd=tmp_path, **options
    )


def started(process: Process) -> Process:
    process.start()
    while "ready" not in process.log.read_text():
        time.sleep(0.01)
    return process


def test_a_child_is_asked_to_end(tmp_path: Path):
    child = started(python("import time; print('ready', flush=True); time.sleep(60)", tmp_path))
    assert child.exit_code is None
    child.stop()
    assert child.exit_code == -signal.SIGTERM
    child.stop()


def test_a_child_that_will_not_hear_is_ended_all_the_same(tmp_path: Path):
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    child = started(python(deaf, tmp_path))
    child.stop(patience=0.2)
    assert child.exit_code == -signal.SIGKILL


def test_children_end_with_a_launcher_that_was_killed(tmp_path: Path):
    nested = f"""
import subprocess, sys, time
from pathlib import Path
from salestargets.launcher.processes import Process
child = Process(name="c", argv=["sleep", "60"], log=Path({str(tmp_path / "c.log")!r}), cwd=Path("/"))
child.start()
print("ready", child.pid, flush=True)
time.sleep(60)
"""
    root = Path(__file__).resolve().parents[2]
    launcher = started(python(nested, tmp_path, env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}))
    grandchild = Path("/proc") / launcher.log.read_text().split()[1]
    assert grandchild.exists()
    launcher.stop_signal = signal.SIGKILL
    launcher.stop()
    deadline = time.monotonic() + 5
    while grandchild.exists() and "Z" not in (grandchild / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_keeps_dying_is_started_again_and_then_its_last_words_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(watch, "TICK", 0.01)
    child = python("print('no luck today'); raise SystemExit(3)", tmp_path)
    child.start()
    with pytest.raises(LauncherError, match=r"child ended 6 times(.|\n)*no luck today"):
        watch.watch([child])
    assert child.log.read_text().count("no luck") == 6
    assert "child ended with 3 and is started again, 5 of 5." in capfd.readouterr().out
