"""Real processes, real servers, killed while 2,000 deals are written. The long form is `make faults`."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.faults
def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.faults", "--writes", "2000", "--folder", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all numbers made of them are right" in done.stdout
