import re
from typing import Any

import pytest
import yaml

from salestargets.launcher.folder import REPOSITORY

TEXT = (REPOSITORY / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
LASTING = sorted(SERVICES.keys() - {"migrate"})


def test_all_parts_are_there():
    assert LASTING == ["beat", "postgres", "valkey", "web", "worker"]


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_lasts_says_whether_it_is_well(name: str):
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= check.keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_gains_rights(name: str):
    assert SERVICES[name]["user"] not in ("root", "0", "0:0")
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


@pytest.mark.parametrize("name", ["beat", "migrate", "valkey", "web", "worker"])
def test_the_file_system_is_read_only_where_nothing_is_kept(name: str):
    assert SERVICES[name]["read_only"] is True


def test_every_secret_is_required_and_none_is_written_down():
    assert SERVICES["web"]["environment"]["SECRET_KEY"] == "${SECRET_KEY:?set SECRET_KEY in .env}"
    secrets = set(re.findall(r"\$\{(\w+(?:_PASSWORD|_KEY))", TEXT))
    assert secrets == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "OWNER_PASSWORD",
        "APP_PASSWORD",
        "BYPASS_PASSWORD",
        "VALKEY_PASSWORD",
    }
    assert set(re.findall(r"\$\{\w+(?:_PASSWORD|_KEY)(:.)", TEXT)) == {":?"}
    assert re.findall(r"://\w*:(?!\$\{)[^@/\s]+@", TEXT) == []


def test_the_example_leaves_every_secret_open():
    example = (REPOSITORY / ".env.example").read_text()
    assert re.findall(r"^\w+(?:_PASSWORD|_KEY)=(.+)$", example, re.MULTILINE) == []


@pytest.mark.parametrize("name", ["beat", "web", "worker"])
def test_only_the_migration_knows_the_owner_and_the_administrator(name: str):
    urls = {key for key in SERVICES[name]["environment"] if key.startswith("DATABASE_")}
    assert urls == {"DATABASE_URL"}
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["environment"].keys() >= {"DATABASE_ADMIN_URL", "DATABASE_OWNER_URL"}


def test_the_worker_may_take_longer_over_a_statement_than_a_page():
    assert SERVICES["worker"]["environment"]["STATEMENT_TIMEOUT"] == "300s"
    assert "STATEMENT_TIMEOUT" not in SERVICES["web"]["environment"]
