"""/docs: the OpenAPI document as a page to read and try, with Swagger UI from a package; nothing from elsewhere."""

from functools import cache
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Response

from service.http.html import Pages

router = APIRouter(include_in_schema=False)

_SWAGGER_UI = ("swagger-ui-bundle.js", "swagger-ui.css")


@cache  # read when somebody asks for the first time: it is 2 MB
def _pages() -> Pages:
    package = resources.files("fastapi_swagger") / "resources"
    return Pages(
        Path(__file__).parent,
        "/docs/static",
        scripts=True,
        more_files={name: (package / name).read_bytes() for name in _SWAGGER_UI},
    )


@router.get("/docs")
def docs() -> Response:
    return _pages().page("docs.html")


@router.get("/docs/static/{version}/{name}")
def static(version: str, name: str) -> Response:
    return _pages().file(version, name)
