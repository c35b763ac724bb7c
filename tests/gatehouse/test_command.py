"""The command as a whole: what its help costs, where --data may stand, which service it works on."""

import json
import os
import socket
import subprocess
import sys

import pytest

from gatehouse import main
from gatehouse.supervisor import running
from moderation.environment import read_settings

# What no help needs, and what costs the most: most of a second of CPU.
_HEAVY = {"pydantic", "sqlalchemy", "numpy", "httpx", "redis", "celery", "fastapi", "rich"}
_LISTED = """
import json, sys
from gatehouse import main
sys.argv = ["gatehouse", *sys.argv[1:], "--help"]
try:
    main.run()
finally:
    print("MODULES", json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def leaves():
    for name in main.ENTRIES:
        command = main.load(name)
        subcommands = getattr(command, "commands", None)
        yield from ([name, each] for each in subcommands) if subcommands else [[name]]


@pytest.mark.parametrize("words", [[], ["site"], ["site", "add"], ["doctor"], ["export"]])
def test_a_help_imports_nothing_that_it_does_not_say(words):
    shown = subprocess.run(
        [sys.executable, "-P", "-c", _LISTED, *words], capture_output=True, text=True, check=True
    )
    assert "Usage: gatehouse" in shown.stdout
    assert "--data FOLDER" in " ".join(shown.stdout.split())
    modules = json.loads(shown.stdout.partition("MODULES")[2])
    assert not _HEAVY & set(modules)


def test_no_command_imports_more_before_it_runs():
    code = "from gatehouse import main; import sys, json; [main.load(n) for n in main.ENTRIES];"
    code += "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    listed = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert not _HEAVY & set(json.loads(listed.stdout))


def test_the_api_starts_without_what_only_some_of_its_calls_need():
    code = "import service.server, sys, json;"
    code += "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    listed = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"numpy", "psycopg", "onnxruntime", "torch", "alembic"} & set(
        json.loads(listed.stdout)
    )


def test_the_list_says_of_each_command_what_its_own_help_says():
    for name, entry in main.ENTRIES.items():
        if not entry.hidden:
            help_text = " ".join((main.load(name).help or "").split())
            said = entry.help.rstrip(".")
            assert help_text.replace("`", "").startswith(said.replace("`", "")), name


def test_data_may_stand_anywhere(gatehouse, data):
    other = data.parent / "other"
    assert gatehouse("migrate", "--data", str(other)).returncode == 0
    assert gatehouse("site", "list").returncode == 1
    for place in range(4):
        for written in (["--data", str(other)], [f"--data={other}"]):
            words = ["site", "list", "--json"]
            words[place:place] = written
            listed = gatehouse(*words)
            assert listed.returncode == 0, listed.stderr


def test_data_stands_for_every_command(monkeypatch):
    monkeypatch.setenv("GATEHOUSE_DATA", "/before")
    monkeypatch.setenv("GATEHOUSE_DATA_FILE", "/before.txt")
    for words in leaves():
        assert main.take_data_folder([*words, "--data", "/x", "--help"]) == [*words, "--help"]
        assert os.environ["GATEHOUSE_DATA"] == "/x" and "GATEHOUSE_DATA_FILE" not in os.environ
        parameters = {
            option for parameter in main.load(words[0]).params for option in parameter.opts
        }
        assert "--data" not in parameters
    assert main.take_data_folder(["a", "--", "--data", "b"]) == ["a", "--", "--data", "b"]


def test_a_data_option_without_a_folder_is_refused(gatehouse):
    refused = gatehouse("site", "list", "--data")
    assert refused.returncode == 2 and "--data names a folder" in refused.stderr


@pytest.fixture
def service(data, monkeypatch):
    """A folder in which `up` runs (this process stands for it), with settings of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(data.parent / "state"))
    data.mkdir(mode=0o700)
    (data / "up.lock").write_text(f"{os.getpid()}\n")
    environment = {
        "GATEHOUSE_DATA": str(data),
        "GATEHOUSE_PUBLIC_URL": "http://127.0.0.1:8123",
        "GATEHOUSE_WEBHOOK_ALLOW": "127.0.0.1:9000",
        "GATEHOUSE_AKISMET_KEY": "0123456789ab",
        "GATEHOUSE_REDIS_URL": "redis://:a-password@127.0.0.1/0",
        "HOME": "/home/somebody",
    }
    running.remember(
        read_settings({k: v for k, v in environment.items() if k != "HOME"}), environment
    )
    return data


def test_a_command_has_the_settings_of_the_service(gatehouse, service):
    assert gatehouse("migrate").returncode == 0
    assert gatehouse("site", "add", "Herald", "--origin", "https://herald.test").returncode == 0
    added = gatehouse("endpoint", "add", "Herald", "http://127.0.0.1:9000/hook", "--json")
    assert added.returncode == 0, added.stderr
    gatehouse("moderator", "add", "ada@herald.test", "--role", "admin", "--site", "Herald")
    link = gatehouse("moderator", "login-link", "ada@herald.test").stdout
    assert "http://127.0.0.1:8123/console/login" in link
    link = gatehouse(
        "moderator", "login-link", "ada@herald.test", public_url="https://g.test"
    ).stdout
    assert "https://g.test/console/login" in link, "what the environment says wins"
    refused = gatehouse("endpoint", "add", "Herald", "http://127.0.0.1:9001/hook")
    assert refused.returncode == 1 and "GATEHOUSE_WEBHOOK_ALLOW=HOST:PORT" in refused.stderr


def test_no_secret_is_written_down(service):
    written = (service / "up.json").read_text()
    assert "0123456789ab" not in written and "a-password" not in written
    assert "somebody" not in written
    assert (service / "up.json").stat().st_mode & 0o077 == 0


def test_without_a_folder_named_a_command_works_on_the_service_that_runs(
    service, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    environment = {}
    running.adopt(environment)
    assert environment["GATEHOUSE_DATA"] == str(service)
    assert str(service) in capsys.readouterr().err
    assert environment["GATEHOUSE_PUBLIC_URL"] == "http://127.0.0.1:8123"
    for named in ({"GATEHOUSE_DATA": "/mine"}, {"GATEHOUSE_DATABASE_URL": "postgresql:///x"}):
        chosen = dict(named)
        running.adopt(chosen)
        assert chosen == named
    default = tmp_path / "gatehouse-data"
    default.mkdir()
    (default / "up.lock").write_text(f"{os.getpid()}\n")
    chosen = {}
    running.adopt(chosen)
    assert chosen == {}, "one runs here"
    (default / "up.lock").unlink()
    (service / "up.lock").write_text("999999999\n")
    running.adopt(chosen)
    assert chosen == {}, "it has ended"


def test_a_setting_of_another_version_is_passed_over(service):
    written = json.loads((service / "up.json").read_text())
    (service / "up.json").write_text(json.dumps(written | {"GATEHOUSE_GONE": "1"}))
    environment = {"GATEHOUSE_DATA": str(service)}
    running.adopt(environment)
    assert "GATEHOUSE_GONE" not in environment
    read_settings(environment)


@pytest.mark.parametrize("host", ["nonsense.invalid", "a..b", "192.0.2.1", "taken"])
def test_an_address_that_cannot_be_listened_on_is_one_sentence(gatehouse, host):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        address = "127.0.0.1" if host == "taken" else host
        for command in ("api", "up"):
            run = gatehouse(command, host=address, port=port)
            assert run.returncode == 2
            [line] = run.stderr.splitlines()
            assert f"{address}:{port} is taken, or not an address of this machine" in line
