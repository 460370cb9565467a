import os
import subprocess
import sys
from pathlib import Path

from salestargets.launcher.address import Address
from salestargets.launcher.folder import REPOSITORY, DataFolder
from salestargets.launcher.run import allowed_hosts, announcement, application

HERE = Address(host="127.0.0.1", port=8123)


def launcher(*arguments: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABASE_", "REDIS_", "CACHE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "salestargets.launcher", *arguments],
        env={**kept, "DATA_DIR": str(data), **variables},
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )


def test_what_serves_people_knows_no_login_but_the_plain_one(tmp_path: Path):
    env = {"DATABASE_URL": "plain", "DATABASE_OWNER_URL": "owner", "DATABASE_BYPASS_URL": "bypass"}
    web, worker, beat = application(DataFolder(tmp_path), env, HERE)
    for process in (web, worker, beat):
        assert process.env is not None
        assert {key: process.env[key] for key in env} == {
            "DATABASE_URL": "plain",
            "DATABASE_OWNER_URL": "",
            "DATABASE_BYPASS_URL": "",
        }
    assert worker.env["STATEMENT_TIMEOUT"] == "300s"
    assert "STATEMENT_TIMEOUT" not in web.env


def test_it_answers_to_its_own_names_unless_others_are_given():
    assert allowed_hosts({}, HERE) == "localhost,127.0.0.1,[::1]"
    assert allowed_hosts({}, Address(host="192.0.2.7", port=1)) == "localhost,127.0.0.1,[::1],192.0.2.7"
    assert allowed_hosts({"ALLOWED_HOSTS": "sales.example"}, HERE) == "sales.example"


def test_the_address_and_the_sign_ins_are_announced(tmp_path: Path):
    text = announcement(DataFolder(tmp_path), HERE, "  Ann   ann@example.com\n")
    assert "salestargets is ready: http://localhost:8123/" in text
    assert "Ann   ann@example.com" in text
    assert str(tmp_path) in text


def test_a_command_runs_with_a_database_of_its_own_and_its_exit_code_comes_back(tmp_path: Path):
    code = (
        "import os, psycopg2; c = psycopg2.connect(os.environ['DATABASE_URL']).cursor();"
        "c.execute('select current_user'); print(*c.fetchone()); raise SystemExit(3)"
    )
    done = launcher("exec", "--fresh", "--no-migrate", "--", sys.executable, "-c", code, data=tmp_path)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("salestargets_test_")
    assert done.stdout.strip().endswith("_app")
    assert not (tmp_path / "test" / "postgres" / "postmaster.pid").exists()


def test_trouble_is_one_clear_line_and_exit_code_one(tmp_path: Path):
    done = launcher("run", data=tmp_path, PORT="no port")
    assert done.returncode == 1
    assert done.stderr == "PORT must be a number from 1 to 65535, not 'no port'.\n"


def test_a_command_that_does_not_exist_is_named(tmp_path: Path):
    done = launcher("exec", "--fresh", "--no-migrate", "--", "no-such-command", data=tmp_path)
    assert (done.returncode, done.stderr) == (1, "no-such-command: No such file or directory\n")
