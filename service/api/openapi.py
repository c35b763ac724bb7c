"""The OpenAPI document, with what FastAPI cannot know: keys, problem documents, bodies."""

from typing import Any

from fastapi import FastAPI

from service.api.campaigns import CampaignMembersIn, RulingIn
from service.api.comment_schemas import CommentIn, DecisionIn
from service.api.endpoint_schemas import EndpointChange, EndpointIn, ReplayIn, RotationIn
from service.api.fields import SequenceIn, StrictModel
from service.api.filters import FilterIn
from service.api.learning import LessonIn
from service.api.page_states import PageDefaultIn, PageStateIn

# The request models; the operations refer to them by name, see bodies.describe_body().
_BODIES: tuple[type[StrictModel], ...] = (
    *(CommentIn, DecisionIn),
    *(RulingIn, SequenceIn, CampaignMembersIn),
    *(EndpointIn, EndpointChange, RotationIn, ReplayIn),
    *(FilterIn, LessonIn),
    *(PageStateIn, PageDefaultIn),
)
_KEYLESS = ("/api/v1/threads", "/healthz", "/readyz", "/metrics")  # which has a token of its own
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. errors: each field that breaks a rule. It never repeats what was sent.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_ERROR = {
    "description": "Anything else is a problem document, whose status and code say what it is",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class DescribedApp(FastAPI):
    """An app whose document is complete."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema:
            return self.openapi_schema
        document = super().openapi()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schemas = components.setdefault("schemas", {})
        for generated in ("HTTPValidationError", "ValidationError"):
            schemas.pop(generated, None)
        for model in _BODIES:
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(described.pop("$defs", {}))
            schemas[model.__name__] = described
        schemas["Problem"] = _PROBLEM
        for path, operations in document["paths"].items():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = _ERROR
                if path not in _KEYLESS:
                    operation["security"] = [{"key": []}]
        return document
