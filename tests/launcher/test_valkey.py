import pytest
import redis

from salestargets.launcher.console import LauncherError
from salestargets.launcher.folder import DataFolder
from salestargets.launcher.valkey import check_answers, embedded_valkey, next_database


def test_the_broker_asks_for_its_password_and_evicts_nothing(folder: DataFolder):
    with embedded_valkey(folder) as valkey:
        with redis.Redis.from_url(valkey.url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            port = client.connection_pool.connection_kwargs["port"]
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(next_database(valkey.url)) as cache:
            assert cache.ping()
    assert valkey.process.exit_code == 0


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://:p@h:6379/0", "redis://:p@h:6379/1"),
        ("redis://h", "redis://h/1"),
        ("rediss://h:1/7?ssl_cert_reqs=none", "rediss://h:1/8?ssl_cert_reqs=none"),
    ],
)
def test_the_cache_takes_the_next_database(broker: str, cache: str):
    assert next_database(broker) == cache


def test_a_broker_url_without_a_database_number_is_refused():
    with pytest.raises(LauncherError, match="must end with a database number"):
        next_database("redis://h/queue")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "http://127.0.0.1"])
def test_a_broker_that_does_not_answer_is_said_in_words(url: str):
    with pytest.raises(LauncherError, match="REDIS_URL does not answer"):
        check_answers(url)
