"""Reads an HTML form strictly: urlencoded or multipart, small, in UTF-8, each field once."""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

from service.http.body import read_body
from service.http.errors import BadRequest

FIELDS_LIMIT = 60  # WordPress's form has 8; plugins add a few each
_HEADERS_LIMIT = 8  # of one part

_TOO_MANY = f"A form has at most {FIELDS_LIMIT} fields."


async def read_form(request: Request, names: Collection[str], limit: int) -> dict[str, str]:
    """The fields of a form that are in `names`; others are ignored, for themes and plugins add their
    own. Raises BadRequest: 400, 413 (more than `limit` bytes) or 415.
    """
    kind = request.headers.get("content-type", "")
    body = await read_body(request, limit)
    media_type, options = parse_options_header(kind)
    if media_type == b"application/x-www-form-urlencoded":
        pairs = urlencoded(body, FIELDS_LIMIT, _TOO_MANY)
    elif media_type == b"multipart/form-data" and options.get(b"boundary"):
        pairs = _multipart(body, options[b"boundary"])
    else:
        raise BadRequest("Send a form (application/x-www-form-urlencoded).", 415)
    fields: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = raw_name.decode("utf-8", "replace")
        if name not in names:
            continue
        if name in fields:
            raise BadRequest(f"The field '{name}' is there twice.")
        try:
            fields[name] = raw_value.decode("utf-8")
        except UnicodeDecodeError:  # another charset, or a lone surrogate
            raise BadRequest(f"The field '{name}' is not UTF-8.") from None
    return fields


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


def _multipart(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    pairs: list[tuple[bytes, bytes]] = []

    def field(part: Any) -> None:
        assert isinstance(part, Field)
        if len(pairs) >= FIELDS_LIMIT:
            raise BadRequest(_TOO_MANY)
        pairs.append((part.field_name or b"", part.value or b""))

    def file(part: Any) -> None:
        assert isinstance(part, File)
        part.close()
        raise BadRequest("A comment takes no files.")

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
        raise BadRequest("The form cannot be read.") from None
    if not ended:
        raise BadRequest("The form is not complete.")
    return pairs
