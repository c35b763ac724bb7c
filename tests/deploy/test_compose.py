"""docker-compose.yml and the Dockerfile: valid, and everything they name exists. No engine needed.

compose-spec.json is the Compose Specification's own schema, as vendored by check-jsonschema 0.39.0.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gatehouse.main import ENTRIES, load
from moderation.environment import read_settings
from moderation.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMMANDS = {name: load(name) for name in ENTRIES}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def test_it_is_a_compose_file() -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(COMPOSE)


def test_every_process_of_the_service_is_there() -> None:
    assert set(OURS) == {"migrate", "models", "api", "worker", "courier", "beat"}
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "valkey"}


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    command, *options = OURS[name]["command"]
    subcommand = COMMANDS[command]
    if options and options[0] in getattr(subcommand, "commands", {}):  # `model add`
        subcommand = subcommand.commands[options.pop(0)]
    known_options = {option for parameter in subcommand.params for option in parameter.opts}
    assert set(options) <= known_options
    check = OURS[name].get("healthcheck", {}).get("test", [])
    if check[:2] == ["CMD", "gatehouse"]:
        assert check[2] in COMMANDS and check[3] in ("judge", "courier")


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_makes_sense(name: str, tmp_path: Path) -> None:
    secrets = {
        "database_url": "postgresql://gatehouse:x@postgres:5432/gatehouse",
        "redis_url": "redis://:x@valkey:6379/0",
        "secret_key": "k" * 64,
    }
    environment = {}
    for key, value in OURS[name]["environment"].items():
        # ${NAME:-default}: what an operator gets who sets nothing.
        default = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        if key.endswith("_FILE"):
            secret = default.removeprefix("/run/secrets/")
            assert secret in OURS[name]["secrets"] and secret in COMPOSE["secrets"]
            default = str(tmp_path / secret)
            Path(default).write_text(secrets[secret])
        environment[key] = default
    settings = read_settings(environment)
    if "database_url" in OURS[name]["secrets"]:
        assert settings.database.startswith("postgresql+psycopg://")
    # Whoever sets nothing gets the multilingual model, and until it is there the bundled one.
    assert settings.toxicity_model == "detoxify:multilingual"
    assert settings.model_fallback == "bundled"
    for handed_on in re.findall(r"\$\{(GATEHOUSE_\w+):-", str(OURS[name]["environment"])):
        assert handed_on.removeprefix(PREFIX).lower() in Settings.model_fields


def test_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"://[^/\s]*:[^/\s]*@", text)
    for service in COMPOSE["services"].values():
        for key in service.get("environment", {}):
            secret = re.search(r"PASSWORD|SECRET|DATABASE_URL|TOKEN", key)
            assert not secret or key.endswith("_FILE")
    ignored = subprocess.run(
        ["git", "check-ignore", *(secret["file"] for secret in COMPOSE["secrets"].values())],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if (ROOT / ".git").exists():
        assert len(ignored.stdout.split()) == len(COMPOSE["secrets"])


def test_the_script_makes_every_secret_and_keeps_what_is_there(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "make-secrets.sh"
    script.parent.mkdir()
    script.write_text((ROOT / "deploy" / "make-secrets.sh").read_text())
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True)
        made = {secret["file"]: tmp_path / secret["file"] for secret in COMPOSE["secrets"].values()}
        before = [path.read_text() for path in made.values()]
    assert before == [path.read_text() for path in made.values()]
    key = (tmp_path / "deploy/secrets/secret_key").read_text()
    url = (tmp_path / "deploy/secrets/database_url").read_text()
    settings = read_settings({"GATEHOUSE_SECRET_KEY": key, "GATEHOUSE_DATABASE_URL": url})
    assert (tmp_path / "deploy/secrets/postgres_password").read_text() in settings.database
    word, password = (tmp_path / "deploy/secrets/valkey_conf").read_text().split()
    redis_url = (tmp_path / "deploy/secrets/redis_url").read_text()
    assert (word, redis_url) == ("requirepass", f"redis://:{password}@valkey:6379/0")
    assert len(password) == 64 and password not in (key, settings.database)


def test_models_are_fetched_by_one_process_and_read_by_the_others() -> None:
    adding = OURS["models"]
    assert (
        adding["build"]["target"] == "${MODELS_TARGET:-detoxify}"
        and adding["image"] != OURS["api"]["image"]
    )
    assert adding["environment"]["HF_HUB_OFFLINE"] == "0" and adding["networks"] == ["outside"]
    assert not adding["secrets"]  # it talks to the world: it knows nothing
    (writes,) = adding["volumes"]
    folder = "/var/lib/gatehouse/models"
    assert writes == f"models:{folder}"
    for cache in ("HF_HOME", "TORCH_HOME"):
        assert adding["environment"][cache].startswith(f"{folder}/.")
    for name in set(OURS) - {"models"}:
        assert OURS[name]["volumes"] == [f"{writes}:ro"]
    # A volume takes the owner of the folder it is mounted over, from the image.
    assert re.search(rf"install -d .*-o gatehouse .*{folder}\b", (ROOT / "Dockerfile").read_text())


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_has_as_few_rights_as_it_can_do_with(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"] and service["pids_limit"] > 0
    # Those of others start as root, to give their data to their own user.
    owner = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert set(service.get("cap_add", ())) == (set() if name in OURS else owner)


def test_every_image_can_come_from_a_mirror() -> None:
    for name, service in COMPOSE["services"].items():
        assert re.match(r"\$\{[A-Z]+_(IMAGE|NAME):-[\w./-]+:[\w.-]+\}", service["image"]), name
    arguments = OURS["api"]["build"]["args"]
    assert OURS["models"]["build"]["args"] == arguments
    text = (ROOT / "Dockerfile").read_text()
    assert set(arguments) == set(re.findall(r"^ARG (\w+)", text, re.MULTILINE))
    # One default in both, and bases by exact version.
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", text, re.MULTILINE)
    assert arguments["PYTHON_IMAGE"] == f"${{PYTHON_IMAGE:-{base}}}"
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {
        "$PYTHON_IMAGE",
        "build",
        "runtime",
        "slim",
    }


def test_ports_are_for_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_the_broker_keeps_and_never_forgets() -> None:
    command = COMPOSE["services"]["valkey"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_the_broker_asks_for_a_password() -> None:
    valkey = COMPOSE["services"]["valkey"]
    assert valkey["secrets"] == ["valkey_conf"]
    assert valkey["command"][:2] == ["valkey-server", "/run/secrets/valkey_conf"]
    for name in set(OURS) - {"models"}:
        assert OURS[name]["environment"]["GATEHOUSE_REDIS_URL_FILE"] == "/run/secrets/redis_url"


def test_everything_starts_after_what_it_needs() -> None:
    assert "--optional" in OURS["models"]["command"] and "depends_on" not in OURS["models"]
    for name in set(OURS) - {"migrate", "models"}:
        needs = OURS[name]["depends_on"]
        assert needs["models"]["condition"] == "service_completed_successfully"
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["valkey"]["condition"] == "service_healthy"
    assert OURS["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("postgres", "valkey", "api", "worker", "courier"):
        assert "healthcheck" in COMPOSE["services"][name]


def test_volumes_and_networks_are_declared() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        assert set(service["networks"]) <= set(COMPOSE["networks"])


def test_the_image_copies_what_exists_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE)
    target = re.fullmatch(r"\$\{IMAGE_TARGET:-(\w+)\}", OURS["api"]["build"]["target"])
    assert target and target[1] in stages and "detoxify" in stages
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists()
            assert source in allowed
    for stage in re.findall(r"--from=(\S+)", text):
        assert stage in stages
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    # What the classic builder builds for the default target: everything above it.
    assert stages.index(target[1]) < stages.index("build-detoxify")
    assert text.splitlines()[-1] == f"FROM {target[1]}"
    for installing in re.findall(r"pip install (.*)", text):
        assert installing.startswith(
            ("--require-hashes -r ", "--no-deps --no-build-isolation --no-index ")
        )
    for key in re.findall(r"\b(GATEHOUSE_[A-Z_]+)=", text):
        assert key.removeprefix(PREFIX).lower() in Settings.model_fields
