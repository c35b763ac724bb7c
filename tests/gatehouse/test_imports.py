"""`gatehouse import`: an export comes back as it was, a report of what did not, no traceback for any file."""

import json
import re

import pytest

from tests.factories import newspaper

LINE = {"id": "1", "page_url": "https://herald.test/1", "author": "Carol", "text": "A fine article.", "created_at": "2019-03-01T12:00:00.000Z", "status": "approved"}  # fmt: skip
BACK = ("id", "page", "parent_id", "author", "text", "status", "created_at")


@pytest.fixture
def herald(gatehouse, data_store):
    for name in ("Herald", "Copy"):
        newspaper(data_store, name)
    return gatehouse


def exported(gatehouse, site: str) -> list[dict[str, object]]:
    answer = gatehouse("export", site)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return sorted(lines, key=lambda each: str(each["text"]))


def test_an_export_comes_back_as_it_was(herald, tmp_path, data):
    file = tmp_path / "comments.jsonl"
    lines = [
        LINE | {"page_title": "News", "page_id": "7", "url": "https://carol.example"},
        LINE | {"id": "2", "text": "B", "parent_id": "1", "created_at": "2019-03-02T12:00:00.500Z"},
        LINE | {"id": "3", "text": "C", "status": "held"},
        LINE | {"id": "4", "text": "D", "status": "spam"},
        LINE | {"id": "5", "text": "E", "status": "rejected"},
        LINE | {"id": "6", "text": "", "status": "erased"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    done = herald("import", str(file), "--site", "Herald")
    assert (done.returncode, done.stdout) == (0, "6 comments imported (jsonl), 0 were there already, 0 skipped.\n")  # fmt: skip
    first = exported(herald, "Herald")
    file.write_text("\n".join(map(json.dumps, first)))
    again = herald("import", str(file), "--site", "Herald")
    assert "0 comments imported (jsonl), 6 were there already" in again.stdout
    assert exported(herald, "Herald") == first
    # Into another site, in which no id can be the same.
    assert herald("import", str(file), "--site", "Copy").returncode == 0
    copy = exported(herald, "Copy")
    without_ids = [{name: each[name] for name in BACK if not name.endswith("id")} for each in first]
    assert [{name: each[name] for name in BACK if not name.endswith("id")} for each in copy] == without_ids  # fmt: skip
    assert [bool(each["parent_id"]) for each in copy] == [bool(each["parent_id"]) for each in first]


def test_what_was_skipped_is_reported_without_its_words(herald, tmp_path):
    file, report = tmp_path / "comments.jsonl", tmp_path / "report.txt"
    bad = [LINE | {"id": str(number), "text": "", "author": "Secret"} for number in range(30)]
    file.write_text("\n".join(map(json.dumps, [LINE | {"id": "good"}, *bad])))
    done = herald("import", str(file), "--site", "Herald")
    assert "1 comments imported (jsonl), 0 were there already, 30 skipped." in done.stdout
    assert "line 2: It has no text." in done.stderr and "line 25" not in done.stderr
    done = herald("import", str(file), "--site", "Herald", "--report", str(report))
    assert len(report.read_text().splitlines()) == 30
    assert re.search(r"30  It has no text\.", done.stderr)
    assert "Secret" not in report.read_text() + done.stderr + done.stdout


@pytest.mark.parametrize("content", [b"", b"\x00" * 99, b"<rss>", b"[[[", b"\x1f\x8b", b"a,b\n1,2"])
def test_a_file_that_is_no_export_is_refused_in_one_sentence(herald, tmp_path, content):
    file = tmp_path / "export"
    file.write_bytes(content)
    answer = herald("import", str(file), "--site", "Herald")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr and "gatehouse: " in answer.stderr


def test_a_missing_file_site_or_format_is_told(herald, tmp_path):
    file = tmp_path / "export"
    file.write_text(json.dumps(LINE))
    for arguments in ([str(tmp_path / "no"), "--site", "Herald"], [str(file), "--site", "None"], [str(file), "--site", "Herald", "--format", "blogger"]):  # fmt: skip
        answer = herald("import", *arguments)
        assert answer.returncode == 1 and "Traceback" not in answer.stderr, arguments
