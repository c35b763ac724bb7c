"""`gatehouse perspective-clients`: where a source tree calls Google's Perspective API, and what to write there."""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson
from gatehouse.commands.output import printable
from gatehouse.database import checked_settings
from moderation.domain.errors import Invalid

FILE_LIMIT = 2 * 1024 * 1024  # bytes; what is larger is data, or made by a program
FILES_LIMIT = 200_000
CALLS_LIMIT = 1_000
SHOWN_LIMIT = 160  # characters of a line
# What others wrote or a program made; `--all` reads them too.
SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "bower_components",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
    }
)
HOST = "commentanalyzer.googleapis.com"
_DISCOVERY = "/$discovery/rest?version=v1alpha1"
_SERVICE_NAME = r"""["']commentanalyzer["']"""  # as google-api-python-client is told it
# Clients that name no host: the first pattern that matches a line decides. {url} is Gatehouse's.
_CLIENTS = tuple(
    (re.compile(pattern), edit)
    for pattern, edit in (
        (
            r"""commentanalyzer["'`]\s*(?:[+.,]|\.\.)?\s*["'`]\.googleapis\b""",
            "write {url} where the host is put together",
        ),
        (
            _SERVICE_NAME,
            'discoveryServiceUrl="{url}' + _DISCOVERY + '", static_discovery=False',
        ),
        (r"\bgoogle\.commentanalyzer\(", 'google.discoverAPI("{url}' + _DISCOVERY + '")'),
        (
            r"google\.golang\.org/api/commentanalyzer/",
            'commentanalyzer.NewService(ctx, option.WithEndpoint("{url}/"), option.WithAPIKey(key))',
        ),
        (
            r"Google::Apis::Commentanalyzer|google/apis/commentanalyzer",
            'service.root_url = "{url}/"',
        ),
        (
            r"com\.google\.api(?:s|\.services)[.:\w-]{0,60}commentanalyzer",
            'new CommentAnalyzer.Builder(...).setRootUrl("{url}/")',
        ),
        (
            r"Google\.Apis\.CommentAnalyzer",
            'new BaseClientService.Initializer { BaseUri = "{url}/", ... }',
        ),
        (
            r"package:googleapis/commentanalyzer/",
            'CommentAnalyzerApi(client, rootUrl: "{url}/")',
        ),
        (
            r"google[_-]commentanalyzer1",
            'hub.base_url("{url}/".into()); hub.root_url("{url}/".into())',
        ),
        (
            r"Google_Service_CommentAnalyzer|Google\\+Service\\+CommentAnalyzer",
            '$service->rootUrl = "{url}/";',
        ),
        (
            r"""["'/](?:perspective-api-client|@conversationai/perspectiveapi-js-client)\b""",
            "its URL is a constant: change it with an interceptor (docs/compat/perspective.md)",
        ),
        (
            r"""^\s*(?:from|import)\s+perspective(?:api)?\b|\bperspectiveapi\s*[=~<>]=""",
            "its URL is a constant: set it in the package's module, or call {url} directly",
        ),
    )
)
_OPTIONAL_PORT = re.compile(r"(?:https?://)?" + re.escape(HOST) + r"(?::443)?", re.IGNORECASE)
_SECRET = re.compile(r"AIza[\w-]{10,}|(?<=[?&]key=)[\w%.~-]{8,}")


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A line that calls Perspective. line: counted from 1. text: as shown, without keys. edit: what to write."""

    path: str
    line: int
    text: str
    edit: str


def perspective_clients(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of source text.")],
    url: Annotated[
        str, typer.Option(help="Gatehouse's address; GATEHOUSE_PUBLIC_URL if not given.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Also read .git, node_modules and the like.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the calls of Google's Perspective API in a source tree, with the edit for each.

    Nothing is changed. Keys are not printed.
    """
    base = (url or checked_settings(os.environ).public_url).rstrip("/")
    if not re.match(r"https?://[^\s\"'<>]+$", base):
        raise Invalid("--url is an address such as https://comments.herald.example.")
    if not path.exists():
        raise Invalid(f"{path} does not exist.")
    count = 0
    for call in calls(path, base, everything=everything):
        count += 1
        if as_json:
            print(json.dumps(asdict(call)))
        else:
            print(f"{call.path}:{call.line}: {call.text}\n    -> {call.edit}")
    if count == CALLS_LIMIT:
        print(f"Only the first {CALLS_LIMIT} are shown.", file=sys.stderr)
    if not count and not as_json:
        print("No call of the Perspective API was found.")


def calls(path: Path, url: str, *, everything: bool = False) -> Iterator[ClientCall]:
    """The calls in a file or folder, in the order of their paths, at most CALLS_LIMIT.

    url: Gatehouse's. everything: the folders in SKIPPED too. Files that cannot be read, links and what is no
    text are passed over.
    """
    count = 0
    for file in _files(path, everything):
        for call in _calls_in(file, url):
            yield call
            count += 1
            if count == CALLS_LIMIT:
                return


def _files(path: Path, everything: bool) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    count = 0
    for folder, folders, names in os.walk(path):  # follows no links
        folders[:] = sorted(name for name in folders if everything or name not in SKIPPED)
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_symlink() or not file.is_file():
                continue
            count += 1
            if count > FILES_LIMIT:
                raise Invalid(f"There are more than {FILES_LIMIT} files; name a smaller folder.")
            yield file


def _calls_in(file: Path, url: str) -> Iterator[ClientCall]:
    try:
        if file.stat().st_size > FILE_LIMIT:
            return
        content = file.read_bytes()
    except OSError:
        return
    # Nearly every file has neither word; all patterns contain one.
    lowered = content.lower()
    if b"\0" in content or (b"commentanalyzer" not in lowered and b"perspective" not in lowered):
        return
    names_host = (
        HOST.encode() in lowered
    )  # then the address is the place to change, not the service's name
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        if names_host and HOST not in line.lower() and re.search(_SERVICE_NAME, line):
            continue
        if found := _edit(line, url):
            place, edit = found
            yield ClientCall(printable(str(file)), number, _shown(line, place), printable(edit))


def _edit(line: str, url: str) -> tuple[int, str] | None:
    """Where in the line the call is, and what to write there; None for other lines."""
    if host := _OPTIONAL_PORT.search(line):
        has_scheme = host[0].lower().startswith("http")
        edited = _OPTIONAL_PORT.sub(lambda _: url if has_scheme else url.partition("://")[2], line)
        return host.start(), _shown(edited, host.start())
    for pattern, edit in _CLIENTS:
        if match := pattern.search(line):
            return match.start(), edit.replace("{url}", url)
    return None


def _shown(line: str, place: int) -> str:
    """The part of the line around the call, without keys; in a minified file a line is the whole program."""
    start = max(0, place - SHOWN_LIMIT // 2) if len(line) > SHOWN_LIMIT else 0
    near = line[start : start + 4 * SHOWN_LIMIT]  # so that no key is cut before it is recognised
    return printable(_SECRET.sub("...", near)[:SHOWN_LIMIT].strip())
