"""Settings, from the environment or files; an invalid one stops the start with one sentence."""

import json
import logging
import stat
import sys

import pytest

from moderation.domain.errors import Unavailable
from moderation.environment import read_settings
from moderation.log import JsonLines
from moderation.settings import SettingsError
from moderation.startup import checked_settings
from moderation.store.sql.engine import Store


def test_defaults_are_loopback_sqlite_and_the_bundled_model(tmp_path):
    settings = read_settings({"GATEHOUSE_DATA": str(tmp_path)})
    assert settings.host == "127.0.0.1"
    assert settings.database == f"sqlite+pysqlite:///{tmp_path}/gatehouse.db"
    assert settings.broker == f"redis+socket://{tmp_path}/broker.sock?virtual_host=0"
    assert settings.toxicity_model == "bundled"


def test_secrets_may_come_from_files(tmp_path):
    (tmp_path / "url").write_text("postgresql://u:p@db/gatehouse\n")
    settings = read_settings({"GATEHOUSE_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database == "postgresql+psycopg://u:p@db/gatehouse"
    assert (
        read_settings({"DATABASE_URL": "postgres://db/x"}).database == "postgresql+psycopg://db/x"
    )
    assert read_settings({"REDIS_URL": "redis://b"}).broker == "redis://b"


def test_the_secret_is_created_once_and_only_its_owner_can_read_it(tmp_path):
    settings = read_settings({"GATEHOUSE_DATA": str(tmp_path / "data")})
    secret = settings.master_secret()
    assert len(secret) >= 32
    assert settings.master_secret() == secret
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"GATEHOUSE_PORT": "eighty"}, "GATEHOUSE_PORT"),
        ({"GATEHOUSE_PORT": "70000"}, "GATEHOUSE_PORT"),
        ({"GATEHOUSE_SECRET_KEY": "short"}, "GATEHOUSE_SECRET_KEY"),
        ({"GATEHOUSE_DATABASE_URL": "mysql://x"}, "GATEHOUSE_DATABASE_URL"),
        ({"GATEHOUSE_DATABASE_URL": "postgresql://u:p@db:port/g"}, "postgresql://user:password@"),
        ({"GATEHOUSE_DATABASE_URL_FILE": "/no/such/file"}, "GATEHOUSE_DATABASE_URL_FILE"),
        ({"GATEHOUSE_LIMIT_SITE": "many"}, "GATEHOUSE_LIMIT_SITE"),
        ({"GATEHOUSE_LIMIT_ADDRESS": "0/minute"}, "GATEHOUSE_LIMIT_ADDRESS"),
        ({"GATEHOUSE_LIMIT_REPORT": "9" * 50 + "/minute"}, "GATEHOUSE_LIMIT_REPORT"),
        ({"GATEHOUSE_LIMIT_LOGIN": "600/minute, 5/hour"}, "GATEHOUSE_LIMIT_LOGIN"),
        ({"GATEHOUSE_PUBLIC_URL": "news.example"}, "GATEHOUSE_PUBLIC_URL"),
        ({"GATEHOUSE_TOXICITY_MODEL": "gpt"}, "GATEHOUSE_TOXICITY_MODEL"),
        ({"GATEHOUSE_MULTILINGUAL_MODEL": "bundled"}, "GATEHOUSE_MULTILINGUAL_MODEL"),
        ({"GATEHOUSE_LEASE_SECONDS": "5"}, "GATEHOUSE_LEASE_SECONDS"),
        ({"GATEHOUSE_LISTS": "/no/such/folder"}, "GATEHOUSE_LISTS"),
        ({"GATEHOUSE_DNS_LISTS": "http://list"}, "GATEHOUSE_DNS_LISTS"),
        ({"GATEHOUSE_WEBHOOK_ALLOW": "127.0.0.0/8"}, "GATEHOUSE_WEBHOOK_ALLOW"),
        ({"GATEHOUSE_TRUSTED_PROXIES": "the proxy"}, "GATEHOUSE_TRUSTED_PROXIES"),
        ({"GATEHOUSE_POLICY": "nonsense"}, "GATEHOUSE_POLICY"),
        ({"GATEHOUSE_POLICY": "/no/such/policy.toml"}, "GATEHOUSE_POLICY"),
        ({"GATEHOUSE_REDIS_URL": "http://broker"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "redis://:hunter2@broker/0?bogus=1"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "redis://broker/0?socket_timeout=long"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "redis://broker/0?ssl_cert_reqs=none"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "rediss://broker/0?ssl_cert_reqs=some"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "redis://broker/first"}, "number of a database"),
        ({"GATEHOUSE_REDIS_URL": "redis://broker:99999/0"}, "GATEHOUSE_REDIS_URL"),
        ({"GATEHOUSE_REDIS_URL": "unix://"}, "no socket"),
        ({"GATEHOUSE_DATABASE_URL": "postgresql://u:hunter2@db/g?bogus=1"}, "bogus"),
        ({"GATEHOUSE_DATABASE_URL": "postgresql://u:hunter2@db/g?sslmode=short"}, "sslmode"),
        ({"GATEHOUSE_DATABASE_URL": "postgresql://u:hunter2@db:99999/g"}, "port"),
        ({"GATEHOUSE_DATABASE_URL": "postgresql://u:1?hunter2@db/g"}, "? are written"),
        ({"GATEHOUSE_DATABASE_URL": "sqlite:////a/b.db?timeout=1"}, "GATEHOUSE_DATABASE_URL"),
        ({"GATEHOUSE_DATABASE_URL": "sqlite://b.db"}, "sqlite:////"),
        ({"GATEHOUSE_DATABASE_URL": "sqlite://"}, "sqlite:////"),
        ({"GATEHOUSE_DATABASE_URL": "sqlite+aiosqlite:////b.db"}, "sqlite:////"),
        ({"GATEHOUSE_DATA": __file__}, "GATEHOUSE_DATA is not a folder"),
        ({"GATEHOUSE_SECRET_KEY_FILE": sys.executable}, "GATEHOUSE_SECRET_KEY_FILE"),
        ({"GATEHOUSE_PUBLIC_URL": "https://news.example:port"}, "GATEHOUSE_PUBLIC_URL"),
        ({"GATEHOUSE_PUBLIC_URL": "https://news.example:99999"}, "65535"),
        ({"GATEHOUSE_PUBLIC_URL": "https://a@news.example"}, "GATEHOUSE_PUBLIC_URL"),
        ({"GATEHOUSE_PORT": "99999"}, "65535 or less is wanted"),
        ({"GATEHOUSE_SWEEP_SECONDS": "0"}, "more than 0"),
        ({"GATEHOUSE_SWEEP_SECONDS": "nan"}, "GATEHOUSE_SWEEP_SECONDS"),
        ({"GATEHOUSE_MAIL_URL": "mailtos://"}, "GATEHOUSE_MAIL_URL"),
        ({"GATEHOUSE_AKISMET_SITES": "site_1"}, "GATEHOUSE_AKISMET_KEY"),
        ({"GATEHOUSE_OIDC_CLIENT_ID": "gatehouse"}, "GATEHOUSE_OIDC_ISSUER"),
        ({"REDIS_URL": "amqp://broker"}, "REDIS_URL"),
        ({"GATEHOUSE_COLOUR": "red"}, "GATEHOUSE_COLOUR"),
    ],
)
def test_an_invalid_setting_is_named_in_one_sentence(environment, name):
    with pytest.raises(SettingsError) as caught:
        checked_settings(environment)
    sentence = str(caught.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "short" not in sentence.split("shorter")[0] and "hunter2" not in sentence
    assert "Value error" not in sentence and "pattern" not in sentence


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db/g?sslmode=require&connect_timeout=5",
        "postgresql://u:p@/g?host=one:5432&host=two:5433&target_session_attrs=read-write",
        "postgresql:///g?host=/run/postgresql",
        "postgres://u:p%3F%40@[::1]:5432/g",
        "sqlite:////folder/gatehouse.db",
        "sqlite:///gatehouse.db",
        "redis://broker",
        "redis://:p%3F@broker:6379/3?health_check_interval=30",
        "rediss://u:p@broker/0?ssl_cert_reqs=CERT_NONE&ssl_ca_certs=/ca.pem",
        "redis+socket:///run/broker.sock?virtual_host=1",
        "unix:///run/broker.sock?db=2",
    ],
)
def test_a_url_with_options_that_are_known_is_taken(url):
    name = "REDIS" if url.startswith(("redis", "unix")) else "DATABASE"
    checked_settings({f"GATEHOUSE_{name}_URL": url})


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "folder"
    settings = checked_settings({"GATEHOUSE_DATA": str(below)})
    for use in (settings.make_data_folder, settings.master_secret):
        with pytest.raises(
            SettingsError, match=r"GATEHOUSE_DATA, .* cannot be used: Not a directory"
        ):
            use()
    with pytest.raises(Unavailable):
        Store(settings.database, b"k" * 32)
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(SettingsError, match=r"secret\.key cannot be used"):
        checked_settings({"GATEHOUSE_DATA": str(tmp_path)}).master_secret()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://news.example:443", "https://news.example"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_the_public_url_has_no_port_that_browsers_leave_out(url, origin):
    assert read_settings({"GATEHOUSE_PUBLIC_URL": url}).public_url == origin


def test_a_record_is_one_line_and_an_exception_is_not_quoted():
    canary = "carol@private.test"
    try:
        raise ValueError(canary)
    except ValueError as error:
        record = logging.getLogger("gatehouse.test").makeRecord(
            "gatehouse.test",
            logging.ERROR,
            "f",
            1,
            "a fact\n\x1b[31m",
            (),
            (type(error), error, error.__traceback__),
            extra={"comment_id": "cmt_1"},
        )
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert canary not in line
    read = json.loads(line)
    assert (read["error"], read["comment_id"]) == ("ValueError", "cmt_1")
    assert read["where"][0].endswith("test_a_record_is_one_line_and_an_exception_is_not_quoted")
