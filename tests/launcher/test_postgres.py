import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from salestargets.launcher.console import LauncherError
from salestargets.launcher.folder import DataFolder
from salestargets.launcher.postgres import Postgres, embedded_postgres


def answer(postgres: Postgres, sql: str) -> object:
    connection = psycopg2.connect(postgres.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_data_outlives_the_server(folder: DataFolder):
    with embedded_postgres(folder, durable=False) as postgres:
        connection = psycopg2.connect(postgres.url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.close()
    assert postgres.process.exit_code == 0
    with embedded_postgres(folder, durable=False) as postgres:
        assert answer(postgres, "SELECT number FROM kept") == 7


def test_a_half_made_data_folder_is_kept_aside_and_made_anew(
    folder: DataFolder, capfd: pytest.CaptureFixture[str]
):
    (folder.postgres / "base").mkdir(parents=True)
    (folder.postgres / "PG_VERSION").write_text("18")
    with embedded_postgres(folder, durable=False) as postgres:
        assert answer(postgres, "SELECT 1") == 1
    aside = next(folder.path.glob("postgres.incomplete-*"))
    assert (aside / "PG_VERSION").read_text() == "18"
    assert f"was incomplete. It is kept as {aside.name}" in capfd.readouterr().out


def test_an_interrupted_first_start_leaves_no_trace(folder: DataFolder):
    (folder.path / "postgres.new" / "base").mkdir(parents=True)
    with embedded_postgres(folder, durable=False) as postgres:
        assert answer(postgres, "SELECT 1") == 1
    assert not (folder.path / "postgres.new").exists()


def test_a_stale_lock_file_with_the_number_of_another_process_does_not_matter(folder: DataFolder):
    with embedded_postgres(folder, durable=False):
        pass
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        (folder.postgres / "postmaster.pid").write_text(f"{bystander.pid}\n{folder.postgres}\n")
        with embedded_postgres(folder, durable=False) as postgres:
            assert answer(postgres, "SELECT 1") == 1
        assert bystander.poll() is None
        bystander.communicate(b"\n")


def test_a_server_whose_launcher_was_killed_is_ended_first(
    folder: DataFolder, capfd: pytest.CaptureFixture[str]
):
    with embedded_postgres(folder, durable=False) as first:
        first_pid = int((folder.postgres / "postmaster.pid").read_text().splitlines()[0])
        with embedded_postgres(folder, durable=False) as second:
            assert answer(second, "SELECT 1") == 1
            assert first.process.exit_code == 0
    assert f"left over from an earlier run (process {first_pid})" in capfd.readouterr().out


def test_a_server_killed_hard_comes_back_with_its_data(folder: DataFolder):
    with embedded_postgres(folder) as postgres:
        os.kill(postgres.process.pid or 0, signal.SIGKILL)
        postgres.process.stop()
    with embedded_postgres(folder) as postgres:
        assert answer(postgres, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path):
    folder = DataFolder(tmp_path / "a folder, deep down" / ("x" * 90))
    folder.logs.mkdir(parents=True)
    with embedded_postgres(folder, durable=False) as postgres:
        assert answer(postgres, "SELECT 1") == 1
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(postgres.url)


def test_data_of_another_version_is_refused_with_the_way_out(folder: DataFolder):
    (folder.postgres / "global").mkdir(parents=True)
    (folder.postgres / "global" / "pg_control").touch()
    (folder.postgres / "PG_VERSION").write_text("9.6\n")
    with (
        pytest.raises(LauncherError, match=r"made by PostgreSQL 9\.6.*pg_upgrade"),
        embedded_postgres(folder, durable=False),
    ):
        pass
    assert (folder.postgres / "PG_VERSION").exists()


def test_nobody_enters_without_a_password_but_its_own_user(server: Postgres):
    with pytest.raises(
        psycopg2.OperationalError, match=r"no password supplied|password authentication failed"
    ):
        psycopg2.connect(server.url, user="someone")


def test_it_listens_on_its_socket_alone(server: Postgres):
    assert answer(server, "SELECT current_setting('listen_addresses')") == ""
    assert answer(server, "SELECT inet_server_addr()") is None
