"""HTML pages: templates that escape, restrictive headers, static files that may be cached."""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from moderation.domain.errors import GatehouseError, NotFound
from service.http import errors
from service.http.errors import BadRequest

# Everything a page loads is ours; nothing is inline. Scripts only where the folder has some.
_POLICY = (
    "default-src 'none'; {scripts}style-src 'self'; img-src 'self' data:; "
    "form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
)
_SCRIPTS = "script-src 'self'; connect-src 'self'; "

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Other origins learn nothing. 'no-referrer' would also make browsers send 'Origin: null' with
    # our own forms, and the check of the Origin would have nothing to check.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class Pages:
    """The templates and static files of a folder. url: where the static files are served.

    more_files: static files from elsewhere, by name. gettext: its functions, by name, where templates speak several
    languages. names: available to every template, along with the values of its page.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        scripts: bool = False,
        more_files: Mapping[str, bytes] | None = None,
        gettext: Mapping[str, Callable[..., str]] | None = None,
        **names: Any,
    ) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"] if gettext else [],
        )
        if gettext:
            self._environment.policies["ext.i18n.trimmed"] = True
            self._environment.install_gettext_callables(**gettext, newstyle=True)  # type: ignore[attr-defined]
        self._environment.globals.update(names, asset=self._asset)
        self._url = url
        self._scripts = _SCRIPTS if scripts else ""
        self._files = {path.name: path.read_bytes() for path in (folder / "static").iterdir()}
        self._files |= more_files or {}
        self._compressed = {
            name: gzip.compress(content, 9, mtime=0)
            for name, content in self._files.items()
            if name.endswith((".css", ".js", ".svg"))
        }
        self._hashes = {
            name: hashlib.sha256(content).hexdigest()[:16] for name, content in self._files.items()
        }

    def _asset(self, name: str) -> str:
        """The URL of a static file, which changes with its content."""
        return f"{self._url}/{self._hashes[name]}/{name}"

    def page(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        form_action: Iterable[str] = (),
        **values: Any,
    ) -> Response:
        """A page, or a fragment of one. form_action: other origins that a form of this page may lead to:
        browsers apply the policy to the redirect after a form as well.
        """
        policy = self.policy(form_action)
        return HTMLResponse(
            self.render(template, **values),
            status,
            headers={**HEADERS, "Content-Security-Policy": policy, **(headers or {})},
        )

    def attachment(
        self, name: str, content: str | Iterator[str], media_type: str = "text/csv"
    ) -> Response:
        """A file to keep, under this name. content: its parts where it is sent as it is made."""
        headers = {
            **HEADERS,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": self.policy(),
        }
        kind = Response if isinstance(content, str) else StreamingResponse
        return kind(content, media_type=media_type, headers=headers)

    def policy(self, form_action: Iterable[str] = ()) -> str:
        """The Content-Security-Policy of a page; form_action as for page()."""
        actions = " ".join(("'self'", *form_action))
        return _POLICY.format(scripts=self._scripts, form_action=actions)

    def render(self, template: str, **values: Any) -> str:
        """A fragment for somebody else's page."""
        return self._environment.get_template(template).render(values)

    def file(self, request: Request, version: str, name: str) -> Response:
        """A static file, compressed where the browser takes that. Its URL contains its hash, so it may be cached for ever."""
        if self._hashes.get(name) != version:
            raise NotFound("There is no such file.")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        content = self._files[name]
        if name in self._compressed and "gzip" in request.headers.get("accept-encoding", ""):
            content = self._compressed[name]
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=mimetypes.guess_type(name)[0], headers=headers)


def status_of(error: GatehouseError) -> tuple[int, str]:
    """The HTTP status of an error, the same as in the API, and the title of its page."""
    if isinstance(error, BadRequest):
        return error.status, "The request cannot be read"
    return errors.status_of(error)


def retry_header(error: GatehouseError) -> dict[str, str]:
    """Retry-After, where the error knows when."""
    seconds = getattr(error, "retry_after", None)
    return {"Retry-After": str(seconds)} if seconds else {}
