import os
import stat
from pathlib import Path

import pytest

from salestargets.launcher.console import LauncherError
from salestargets.launcher.folder import (
    DataFolder,
    data_folder,
    held,
    is_held,
    read_runtime_env,
    secret,
    write_runtime_env,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_launcher_is_told_who_holds_the_folder_and_what_to_do(folder: DataFolder):
    with pytest.raises(LauncherError, match=rf"process {os.getpid()}\).*DATA_DIR=") as refusal, held(folder):
        pass
    assert str(folder.path) in str(refusal.value)
    assert is_held(folder)


def test_a_lock_file_left_behind_holds_nobody_up(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.lock.write_text("1")
    assert not is_held(folder)
    with held(folder):
        assert folder.lock.read_text() == str(os.getpid())
    assert not is_held(folder)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(folder: DataFolder):
    first = secret(folder, "key")
    assert len(first) >= 60
    assert secret(folder, "key") == first
    assert secret(folder, "other") != first
    assert mode(folder.secrets / "key") == 0o600
    assert mode(folder.secrets) == 0o700


def test_a_secret_that_was_left_empty_is_made_again(folder: DataFolder):
    (folder.secrets / "key").write_text("")
    assert secret(folder, "key") != ""


def test_what_runs_is_described_in_a_private_file(folder: DataFolder):
    variables = {"DATABASE_URL": "postgres://a:b%3D@/x?host=%2Ftmp", "PORT": "8000"}
    write_runtime_env(folder, variables)
    assert read_runtime_env(folder) == variables
    assert mode(folder.runtime_env) == 0o600


@pytest.mark.parametrize("path", ["/proc/nowhere", "/etc/passwd/folder"])
def test_a_folder_that_cannot_be_written_is_refused_with_the_way_out(path: str):
    with pytest.raises(LauncherError, match=r"cannot be written.*DATA_DIR="):
        data_folder({"DATA_DIR": path})
