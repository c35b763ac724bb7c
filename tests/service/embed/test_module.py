"""/embed/v1.js: how it is served, and that it stays small and calls nobody else."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

from service import embed
from service.embed.module import module


def test_the_module_may_be_loaded_by_pages_of_every_origin(reader):
    answer = reader.client.get("/embed/v1.js", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "set-cookie" not in answer.headers
    digest = hashlib.sha384(answer.content).digest()
    assert module().integrity == f"sha384-{base64.b64encode(digest).decode()}"


def test_the_module_is_compressed_and_small(reader):
    plain = reader.client.get("/embed/v1.js", headers={"Accept-Encoding": "identity"})
    packed = reader.client.get("/embed/v1.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content  # the client has unpacked it
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 9)) < 15_000


def test_who_has_the_module_is_told_so(reader):
    for encoding in ("identity", "gzip"):
        headers = {"Accept-Encoding": encoding}
        etag = reader.client.get("/embed/v1.js", headers=headers).headers["etag"]
        again = reader.client.get("/embed/v1.js", headers={**headers, "If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")


def test_the_module_makes_no_markup_of_data_and_names_no_other_host():
    text = module().text
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "cookie", "style=", "import(", "XMLHttpRequest", "sendBeacon"):  # fmt: skip
        assert dangerous not in re.sub(r"//.*", "", text), dangerous
    assert text.count("fetch(") == 1 and 'credentials:"omit"' in text
    assert re.findall(r"https?://[\w.]+", text) == []


def test_no_template_stands_in_a_template():
    """What makes the module small takes the inner one for code, and the spaces out of it: "7seconds"."""
    for part in sorted((Path(embed.__file__).parent / "module").glob("*.js")):
        assert not re.search(r"`[^`]*\$\{[^}`]*`", part.read_text(encoding="utf-8")), part.name
