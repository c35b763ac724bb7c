"""`gatehouse perspective-clients`: which lines of a source tree are found, and the edit for each."""

import json
import os
import time
from pathlib import Path

import pytest

from gatehouse.commands.perspective_clients import CALLS_LIMIT, FILE_LIMIT, ClientCall, calls
from moderation.domain.errors import Invalid
from tests.gatehouse.conftest import Run

URL = "https://comments.herald.example"
HOST = "commentanalyzer.googleapis.com"
DISCOVERY = "$discovery/rest?version=v1alpha1"
# A file's name, its line, and what must stand in the edit.
LINES = [
    ("a.py", f'URL = "https://{HOST}/v1alpha1/comments:analyze"', f'"{URL}/v1alpha1/comments:analyze"'),
    ("b.py", f'    discoveryServiceUrl="https://{HOST}/{DISCOVERY}",', f'"{URL}/{DISCOVERY}"'),
    ("c.py", 'service = build("commentanalyzer", "v1alpha1", developerKey=KEY)', f'discoveryServiceUrl="{URL}/{DISCOVERY}"'),
    ("d.py", '    "commentanalyzer",', f'discoveryServiceUrl="{URL}/{DISCOVERY}"'),
    ("e.js", f"const client = await google.discoverAPI('https://{HOST}/{DISCOVERY}');", f"'{URL}/{DISCOVERY}'"),
    ("f.ts", 'import Perspective from "perspective-api-client";', "interceptor"),
    ("g.php", f"curl_init('https://{HOST}/v1alpha1/comments:analyze?key=' . $key);", f"'{URL}/v1alpha1"),
    ("h.php", "$service = new Google_Service_CommentAnalyzer($client);", f'rootUrl = "{URL}/"'),
    ("i.rb", "service = Google::Apis::CommentanalyzerV1alpha1::CommentAnalyzerService.new", "root_url"),
    ("j.go", '\t"google.golang.org/api/commentanalyzer/v1alpha1"', f'WithEndpoint("{URL}/")'),
    ("K.java", "import com.google.api.services.commentanalyzer.v1alpha1.CommentAnalyzer;", "setRootUrl"),
    ("L.cs", "using Google.Apis.CommentAnalyzer.v1alpha1;", "BaseUri"),
    ("o.dart", "import 'package:googleapis/commentanalyzer/v1alpha1.dart';", f'rootUrl: "{URL}/"'),
    ("p.rs", "use google_commentanalyzer1_alpha1::{api, CommentAnalyzer};", f'base_url("{URL}/"'),
    ("q.js", 'const HOST = "commentanalyzer" + ".googleapis.com";', f"write {URL}"),
    ("m.html", f'<script>fetch("//{HOST}/v1alpha1/comments:analyze")</script>', '"//comments.herald.example/v1'),
    ("n.yml", f"  host: {HOST}", "host: comments.herald.example"),
    (".env", f"PERSPECTIVE_URL=https://{HOST.upper()}:443/v1alpha1", f"={URL}/v1alpha1"),
    ("requirements.txt", "perspectiveapi==1.1.0", URL),
    ("Dockerfile", f"ENV ANALYZER={HOST}", "comments.herald.example"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "edit"), LINES, ids=[name for name, *_ in LINES])
def test_a_call_is_found_with_its_edit(tmp_path: Path, name: str, line: str, edit: str) -> None:
    (tmp_path / name).write_text(f"first\n{line}\nlast\n", encoding="utf-8")
    [call] = calls(tmp_path, URL)
    assert (call.path, call.line, call.text) == (str(tmp_path / name), 2, line.strip())
    assert edit in call.edit and HOST not in call.edit.lower()
    assert list(calls(tmp_path / name, URL)) == [call]


@pytest.mark.parametrize(
    "line",
    [
        "the perspective of a newspaper",
        "https://www.googleapis.com/oauth2/v4/token",
        "class CommentAnalyzer: ...",
        "import perspectives",
        "transform: perspective(400px)",
    ],
)
def test_other_lines_are_not_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text(line)
    assert list(calls(tmp_path, URL)) == []


def test_the_address_is_named_and_not_the_service_s_name_beside_it(tmp_path: Path) -> None:
    source = f'build(\n  "commentanalyzer",\n  discoveryServiceUrl="https://{HOST}/{DISCOVERY}",\n)'
    (tmp_path / "a.py").write_text(source)
    assert [call.line for call in calls(tmp_path, URL)] == [3]


def test_folders_of_others_are_read_only_when_asked_for(tmp_path: Path) -> None:
    for folder in ("src", ".git", "node_modules/x", "src/.venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.js").write_text(f"https://{HOST}/")

    def found(everything: bool) -> list[str]:
        return [call.path for call in calls(tmp_path, URL, everything=everything)]

    assert found(False) == [str(tmp_path / "src" / "a.js")]
    assert len(found(True)) == 4


def test_keys_are_not_shown_and_terminals_are_not_obeyed(tmp_path: Path) -> None:
    key = "AIza" + "S" * 35
    line = f"x\x1b[31m https://{HOST}/v1alpha1/comments:analyze?key={key}&a=1 key={key}"
    (tmp_path / "a.sh").write_text(line + "\n" + "y" * 90 + line)
    for call in calls(tmp_path, URL):
        for shown in (call.text, call.edit):
            assert "SSSS" not in shown and "\x1b" not in shown
            assert "comments:analyze" in shown


def test_what_is_no_source_is_passed_over(tmp_path: Path) -> None:
    text = f"https://{HOST}/"
    (tmp_path / "binary").write_bytes(b"\0" + text.encode())
    (tmp_path / "large.sql").write_text(text + "x" * FILE_LIMIT)
    (tmp_path / "real.txt").write_bytes(b"\xff\xfe " + text.encode())
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert [Path(call.path).name for call in calls(tmp_path, URL)] == ["real.txt"]


def test_hostile_sources_take_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("com.google.apis" * 60_000 + "commentanalyze\n")
    (tmp_path / "b.js").write_text(f"x {HOST}" * 20_000)
    (tmp_path / "c.js").write_text(f"{HOST}\n" * (CALLS_LIMIT + 5))
    began = time.process_time()
    found = list(calls(tmp_path, URL))
    assert time.process_time() - began < 5
    assert len(found) == CALLS_LIMIT and all(isinstance(call, ClientCall) for call in found)
    assert all(len(call.text) <= 160 for call in found)


def test_the_command(gatehouse: Run, tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(f'URL = "https://{HOST}/v1alpha1"\n')
    done = gatehouse("perspective-clients", str(tmp_path), "--url", URL + "/")
    assert (
        done.stdout
        == f'{source}:1: URL = "https://{HOST}/v1alpha1"\n    -> URL = "{URL}/v1alpha1"\n'
    )
    done = gatehouse("perspective-clients", str(tmp_path), "--json", public_url=URL)
    assert json.loads(done.stdout)["edit"] == f'URL = "{URL}/v1alpha1"'
    assert source.read_text() == f'URL = "https://{HOST}/v1alpha1"\n'
    source.write_text("nothing")
    assert "No call" in gatehouse("perspective-clients", str(tmp_path), "--url", URL).stdout
    for arguments in (["/nowhere", "--url", URL], [str(tmp_path), "--url", "no address"]):
        refused = gatehouse("perspective-clients", *arguments)
        assert refused.returncode == 1 and refused.stderr.startswith("gatehouse: ")


def test_more_files_than_can_be_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatehouse.commands.perspective_clients.FILES_LIMIT", 2)
    for number in range(3):
        (tmp_path / f"{number}.py").write_text("")
    with pytest.raises(Invalid, match="more than 2 files"):
        list(calls(tmp_path, URL))
