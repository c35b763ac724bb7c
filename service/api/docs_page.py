"""/docs: the OpenAPI document as a page to read and try, with Swagger UI from a package; nothing from elsewhere."""

from functools import cache
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request, Response

from service.http.html import Pages

router = APIRouter(include_in_schema=False)

_LOGO = Path(__file__).parents[1] / "console" / "static" / "logo.svg"
_SWAGGER_UI = ("swagger-ui-bundle.js", "swagger-ui.css")


@cache  # read when somebody asks for the first time: it is 2 MB
def _pages() -> Pages:
    package = resources.files("fastapi_swagger") / "resources"
    files = {name: (package / name).read_bytes() for name in _SWAGGER_UI}
    files[_LOGO.name] = _LOGO.read_bytes()
    return Pages(Path(__file__).parent, "/docs/static", scripts=True, more_files=files)


@router.get("/docs")
def docs() -> Response:
    return _pages().page("docs.html")


@router.get("/docs/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    return _pages().file(request, version, name)
