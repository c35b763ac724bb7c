"""Reads an HTML form: urlencoded or multipart, small, in any charset that browsers send."""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

from service.http.body import read_body
from service.http.charsets import decoded
from service.http.errors import BadRequest

FIELDS_LIMIT = 60  # WordPress's form has 8; plugins add a few each
_HEADERS_LIMIT = 8  # of one part


class UnreadableForm(BadRequest):
    """Something in a form cannot be read or taken. typed: the fields that could be read."""

    def __init__(self, message: str, typed: dict[str, str]) -> None:
        super().__init__(message)
        self.typed = typed


def _too_many(fields: int) -> str:
    return f"A form has at most {fields} fields."


async def read_form(
    request: Request, names: Collection[str], limit: int, *, strict: bool = False
) -> dict[str, str]:
    """The fields of a form that are in `names`; others are ignored, for themes and plugins add their
    own. Of a repeated field the last counts, as in WordPress; a theme and a plugin may both print it.

    strict: for forms of our own pages, which repeat no field and are UTF-8; anything else is refused. They may have as many
    fields as there are names.
    Raises BadRequest: 400, 413 (more than `limit` bytes) or 415; UnreadableForm where some of it can be read.
    """
    kind = request.headers.get("content-type", "")
    body = await read_body(request, limit)
    most = max(FIELDS_LIMIT, len(names)) if strict else FIELDS_LIMIT
    media_type, options = parse_options_header(kind)
    flaw = ""
    if media_type == b"application/x-www-form-urlencoded":
        fields = body.split(b"&", most)
        if len(fields) > most:
            flaw = _too_many(most)
        pairs = urlencoded(b"&".join(fields[:most]), most, _too_many(most))
    elif media_type == b"multipart/form-data" and options.get(b"boundary"):
        pairs, flaw = _multipart(body, options[b"boundary"], most)
    else:
        raise BadRequest("Send a form (application/x-www-form-urlencoded).", 415)
    if strict and flaw == _too_many(most):
        raise BadRequest(flaw)
    raw = {name.decode("utf-8", "replace"): value for name, value in pairs}
    if strict:
        _check_own(pairs)
    # Browsers fill in a field of this name with the charset of the form.
    charset = raw.get("_charset_", b"") or options.get(b"charset", b"")
    typed = {
        name: decoded(value, charset.decode("latin-1"))
        for name, value in raw.items()
        if name in names
    }
    if flaw:
        raise UnreadableForm(flaw, typed)
    return typed


def _check_own(pairs: list[tuple[bytes, bytes]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadRequest("The form has a field twice.")
    try:
        for name, value in pairs:
            (name + value).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The form is not UTF-8.") from None


def urlencoded(body: bytes, fields_limit: int, too_many: str) -> list[tuple[bytes, bytes]]:
    """The fields of a form, byte for byte, in their order.

    Raises BadRequest with the sentence `too_many` for more than `fields_limit` of them.
    """
    try:
        # Latin-1 keeps every byte as it is; the charset is decided field by field.
        pairs = parse_qsl(
            body.decode("latin-1"),
            keep_blank_values=True,
            max_num_fields=fields_limit,
            encoding="latin-1",
        )
    except ValueError:
        raise BadRequest(too_many) from None
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _multipart(body: bytes, boundary: bytes, most: int) -> tuple[list[tuple[bytes, bytes]], str]:
    """The fields that can be read, and what is wrong with the form, '' for nothing."""
    pairs: list[tuple[bytes, bytes]] = []
    flaws: list[str] = []

    def field(part: Any) -> None:
        assert isinstance(part, Field)
        if len(pairs) < most:
            pairs.append((part.field_name or b"", part.value or b""))
        else:
            flaws.append(_too_many(most))

    def file(part: Any) -> None:
        assert isinstance(part, File)
        part.close()
        if part.size:  # a field for a file that nobody chose is sent, too
            flaws.append("A comment takes no files.")

    ended: list[bool] = []
    config = {"MAX_HEADER_COUNT": _HEADERS_LIMIT, "UPLOAD_ERROR_ON_BAD_CTE": True}
    try:
        parser = FormParser(
            "multipart/form-data",
            field,
            file,
            lambda: ended.append(True),
            boundary=boundary,
            config=config,
        )
        parser.write(body)
        parser.finalize()
    except FormParserError:
        flaws.append("The form cannot be read.")
    if not ended:
        flaws.append("The form is not complete.")
    return pairs, flaws[0] if flaws else ""
