"""`gatehouse policy test --since`: a policy tried on stored comments, as text and as JSON."""

import json
import time
from pathlib import Path

import pytest

from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.gatehouse.conftest import Run
from tests.review.test_policy_backtest import SOURCE, judged


@pytest.fixture
def comments(data_store: Store, herald: Site) -> list[str]:
    """Of Herald, judged a minute ago."""
    at = time.time_ns() // 1_000_000 - 60_000
    return judged(data_store, herald, "toxicity=0.6", "toxicity=0.1", at=at, now=at + 1_000)


def written(folder: Path, toxic: float) -> str:
    path = folder / f"at-{toxic}.toml"
    path.write_text(SOURCE.format(name="mine", toxic=toxic, outcome="hold"))
    return str(path)


def test_what_would_change_is_printed(gatehouse: Run, comments: list[str], tmp_path: Path) -> None:
    in_force = written(tmp_path, 0.8)
    stricter = written(tmp_path, 0.5)
    tried = gatehouse("policy", "test", stricter, "--since", "30d", policy=in_force)
    assert tried.returncode == 0, tried.stderr
    assert "Looked at 2 comments since" in tried.stdout
    assert "1 would be decided otherwise" in tried.stdout
    assert "approve -> hold: 1 (toxic 1)" in tried.stdout
    assert f"{comments[0]}  approved  toxic\n" in tried.stdout
    assert "toxicity=0.6" not in tried.stdout
    assert "by the words of 1 that would be decided otherwise, and of 1 others" in tried.stdout
    assert "  age: 0.0 % (0.0-79.3 %) of 1; 0.0 % (0.0-79.3 %) of 1; 0 | 0\n" in tried.stdout
    shown = gatehouse(
        "policy", "test", stricter, "--site", "Herald", "--show-text", policy=in_force
    )
    assert f"{comments[0]}  approved  toxic  toxicity=0.6\n" in shown.stdout
    same = gatehouse("policy", "test", in_force, "--since", "12h", "--json", policy=in_force)
    fields = json.loads(same.stdout)
    assert (fields["examined"], fields["changed"], fields["changes"]) == (2, 0, [])
    assert (fields["named"]["changed"], fields["named"]["others"]) == (0, 2)
    [religion] = [each for each in fields["named"]["groups"] if each["name"] == "religion"]
    assert religion["others"]["count"] == 2 and religion["changed"]["share"] is None
    assert fields["agreement"][0]["recall"] == {
        "hits": 0,
        "count": 0,
        "share": None,
        "interval": None,
    }
    assert gatehouse("policy", "test", stricter, "--since", "2100-01-01").returncode == 0


def test_a_site_gets_a_policy_of_its_own(
    gatehouse: Run, comments: list[str], tmp_path: Path
) -> None:
    stricter = written(tmp_path, 0.5)
    assert "is in force" in gatehouse("policy", "set", "Herald", stricter).stdout
    gatehouse("policy", "set", "Herald", "strict")
    listed = gatehouse("policy", "versions", "Herald").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1"] and "command" in listed[0]
    shown = gatehouse("policy", "versions", "Herald", "--show", "1").stdout
    assert shown == Path(stricter).read_text()
    wrong = gatehouse("policy", "set", "Herald", str(tmp_path / "none.toml"))
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1


def test_a_part_of_a_site_gets_a_policy_of_its_own(
    gatehouse: Run, comments: list[str], tmp_path: Path
) -> None:
    assert "has no policies for parts" in gatehouse("policy", "scopes", "Herald").stdout
    section = ("--scope", "section:/sport/")
    put = gatehouse("policy", "set", "Herald", "strict", *section)
    assert put.stdout.startswith("Herald section:/sport: version "), put.stderr
    gatehouse("policy", "set", "Herald", "relaxed", "--scope", "language:de")
    listed = gatehouse("policy", "scopes", "Herald").stdout.splitlines()
    assert [line.split()[-1] for line in listed] == ["section:/sport", "language:de"]
    assert (
        json.loads(gatehouse("policy", "scopes", "Herald", "--json").stdout.splitlines()[0])["name"]
        == "strict"
    )
    assert len(gatehouse("policy", "versions", "Herald", *section).stdout.splitlines()) == 1
    tried = gatehouse("policy", "test", written(tmp_path, 0.1), "--site", "Herald", *section)
    assert "Looked at 0 comments" in tried.stdout, tried.stderr
    for command in ("advise", "errors"):
        assert gatehouse("policy", command, "--site", "Herald", *section).returncode == 0
    back = gatehouse("policy", "set", "Herald", "default", *section).stdout
    assert "Herald section:/sport: the site's policy is in force." in back
    for scope in ("sport", "language:xx", "page:https://bob.test/"):
        wrong = gatehouse("policy", "set", "Herald", "strict", "--scope", scope)
        assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1, wrong.stderr
    alone = gatehouse("policy", "test", written(tmp_path, 0.1), *section)
    assert alone.returncode == 1 and "--site" in alone.stderr


def test_closed_hours_are_printed_with_the_rules(gatehouse: Run, tmp_path: Path) -> None:
    policy = Path(written(tmp_path, 0.5))
    hours = '[closed_hours]\nzone = "Europe/Berlin"\nthen = "refuse"\nhours = ["22:00-07:00"]\n'
    policy.write_text(f"{policy.read_text()}\n{hours}")
    printed = gatehouse("policy", "test", str(policy))
    said = printed.stdout + printed.stderr  # on stderr where something may be on stdin
    assert "refuse  what comes in at 22:00-07:00 (Europe/Berlin)" in said


def test_a_policy_runs_beside_the_one_in_force(
    gatehouse: Run, comments: list[str], tmp_path: Path
) -> None:
    candidate = written(tmp_path, 0.5)
    assert "0 of 0" in gatehouse("policy", "shadow", "Herald", candidate).stdout
    gatehouse("policy", "shadow", "Herald", "--adopt")
    shown = gatehouse("policy", "versions", "Herald", "--show", "1").stdout
    assert shown == Path(candidate).read_text()
    assert "no policy runs" in gatehouse("policy", "shadow", "Herald").stdout


def test_the_record_of_a_policy_is_printed(gatehouse: Run, comments: list[str]) -> None:
    advised = gatehouse("policy", "advise", "--site", "Herald")
    assert "toxic               now hold at 0.47" in advised.stdout, advised.stderr
    assert "378 more decisions and 20 more removals by people" in advised.stdout
    errors = gatehouse("policy", "errors", "--site", "Herald", "--json")
    assert json.loads(errors.stdout)["examined"] == len(comments)
    table = gatehouse("policy", "errors", "--site", "Herald", "--csv").stdout.splitlines()
    assert table[0].startswith("what,name,model") and table[1].startswith("policy,,,2,,0,0")
    assert "wrongly held -; passed -" in gatehouse("policy", "errors", "--site", "Herald").stdout


def test_what_cannot_be_read_is_one_sentence(gatehouse: Run, tmp_path: Path) -> None:
    policy = Path(written(tmp_path, 0.5))
    bad_time = gatehouse("policy", "test", str(policy), "--since", "last week")
    assert bad_time.returncode == 1 and "30d" in bad_time.stderr
    policy.write_text(policy.read_text().replace("0.5", '"0.5"'))
    wrong = gatehouse("policy", "test", str(policy), "--since", "30d")
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1
    assert f"{policy}: Line 7: A threshold is a number." in wrong.stderr
    policy.write_text("name = \n")
    wrong = gatehouse("policy", "test", str(policy))
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1 and "line 1" in wrong.stderr
