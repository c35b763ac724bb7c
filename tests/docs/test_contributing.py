"""CONTRIBUTING.md is true: its lists name files that are there, and each file has its part of what is there already."""

import json
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from moderation.domain.event import EventType
from moderation.scorers.build import build_scorers
from moderation.settings import PREFIX, Settings
from moderation.store.compat_apis import COMPAT_APIS
from tests.docs.pages import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_, _, _CHANGES = PAGE.partition("## What a change touches\n")
SECTIONS = {
    title: text
    for title, _, text in (part.partition("\n") for part in _CHANGES.split("\n### ")[1:])
}


def listed(title: str) -> list[str]:
    """The paths and patterns with which the items of a list begin."""
    return paths_of(SECTIONS[title])


def paths_of(text: str) -> list[str]:
    items = re.findall(r"^- (`[^:\n]+`):", text, re.MULTILINE)
    return [path for item in items for path in re.findall(r"`([^`]+)`", item)]


def files(title: str) -> set[Path]:
    """The files of a list, those that its patterns match included."""
    return {file for path in listed(title) for file in ROOT.glob(path)}


def texts(title: str) -> dict[str, str]:
    """What stands in the files that a list names without a pattern."""
    return {
        path: (ROOT / path).read_text(encoding="utf-8") for path in listed(title) if "*" not in path
    }


def test_every_usual_change_has_its_list() -> None:
    assert list(SECTIONS) == [
        "A scorer",
        "A heuristic",
        "A field of a submission",
        "An event type",
        "A page of the console",
        "A language",
        "A compatible API",
        "A setting",
        "An API route",
        "A new operation",
        "A migration",
    ]
    assert all(len(listed(title)) >= 3 for title in SECTIONS)


@pytest.mark.parametrize("title", SECTIONS)
def test_every_path_of_a_list_is_there(title: str) -> None:
    for path in listed(title):
        assert any(ROOT.glob(path)), path


def test_a_field_of_a_submission_touches_eight_files_at_most() -> None:
    stored, _, scored = SECTIONS["A field of a submission"].partition("If scorers see it:")
    assert len(paths_of(stored)) <= 8
    assert len(paths_of(scored)) == 1
    # A pattern could stand for more of them.
    assert [path for path in paths_of(stored) if "*" in path] == [
        "moderation/store/sql/migrations/versions/*.py"
    ]


def test_a_field_of_a_submission_is_in_every_file_of_its_list() -> None:
    stored, _, _ = SECTIONS["A field of a submission"].partition("If scorers see it:")
    for path in paths_of(stored):
        if "*" not in path:
            text = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(r"\bparent_id\b", text), path


def test_every_event_type_is_in_every_file_of_its_list() -> None:
    for path, text in texts("An event type").items():
        for type in EventType:
            if type is EventType.TEST:  # sent on demand: nobody chooses it, no notice words it
                continue
            assert f"EventType.{type.name}" in text or type.value in text, (path, type)


def test_every_scorer_is_in_the_files_of_its_list() -> None:
    built = texts("A scorer")["moderation/scorers/build.py"]
    for scorer in build_scorers("bundled"):
        kind = type(scorer)
        spec = find_spec(kind.__module__)
        assert spec and spec.origin
        assert kind.__name__ in built
        folder = Path(spec.origin).parent
        assert folder == ROOT / "moderation" / "scorers" or Path(spec.origin) in files("A scorer")


def test_every_signal_of_the_policy_has_its_row() -> None:
    policy = tomllib.loads(texts("A heuristic")["moderation/policies/newsroom.toml"])
    model = json.loads((ROOT / "moderation/weights/bundled/model.json").read_text())
    elsewhere = {*model["labels"], "wordlist", "language_unsupported"}  # not about spam
    conditions = [condition for rule in policy["rules"] for condition in rule.get("all", [rule])]
    signals: set[str] = set()
    for condition in conditions:
        names = condition["signal"]
        signals |= {names} if isinstance(names, str) else set(names)
    assert len(signals - elsewhere) > 20
    for signal in signals - elsewhere:
        assert f"`{signal}`" in texts("A heuristic")["docs/spam.md"], signal


def test_every_setting_is_in_both_files_of_its_list() -> None:
    code, table = (texts("A setting")[f] for f in ("moderation/settings.py", "docs/settings.md"))
    for name in Settings.model_fields:
        assert f"{name}:" in code
        assert f"`{PREFIX}{name.upper()}`" in table


def test_every_compatible_api_is_in_every_file_of_its_list() -> None:
    for api in COMPAT_APIS:
        assert ROOT / f"service/compat/{api}/routes.py" in files("A compatible API")
        assert ROOT / f"docs/compat/{api}.md" in files("A compatible API")
        assert ROOT / f"tests/service/compat/test_{api}.py" in files("A compatible API")
        for path, text in texts("A compatible API").items():
            assert api in text, (path, api)


@pytest.mark.parametrize(
    ("title", "folder"),
    [("An API route", "service/api"), ("A page of the console", "service/console")],
)
def test_every_module_with_routes_is_included_where_the_list_says(title: str, folder: str) -> None:
    modules = {path: path.read_text() for path in (ROOT / folder).glob("*.py")}
    including = [*modules.values(), *texts(title).values()]
    including.append((ROOT / "service" / "app.py").read_text())
    assert modules.keys() <= files(title)
    routed = [
        path.stem
        for path, text in modules.items()
        if re.search(r"^router = (APIRouter|page_router)\(", text, re.M) and path.stem != "routes"
    ]
    assert len(routed) > 5
    for name in routed:
        # Named as a whole module in the console's list, as a router elsewhere.
        pattern = re.compile(
            rf"\b{name}\.router\b|\.{name} import router\b|^    {name},(?:  #.*)?$", re.M
        )
        assert any(pattern.search(text) for text in including), name


def test_every_migration_is_numbered_like_its_file() -> None:
    steps = [path for path in files("A migration") if path.parent.name == "versions"]
    numbered = sorted(path.name[:4] for path in steps if path.stem != "__init__")
    assert numbered == [f"{number:04}" for number in range(1, len(numbered) + 1)]
    for path in steps:
        assert f'revision = "{path.name[:4]}"' in path.read_text()
