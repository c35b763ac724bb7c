"""The OpenAPI document: every route with every answer, examples that fit, and bodies that are taken."""

import jsonschema
import pytest

from service.api.described import SCHEMAS
from tests.service.described_answers import document, validator

OPERATIONS = [
    (path, method, described)
    for path, operations in document()["paths"].items()
    for method, described in operations.items()
]
ANSWERS = [
    (path, method, status, described)
    for path, method, operation in OPERATIONS
    for status, described in operation["responses"].items()
]


def test_there_is_a_document_with_servers():
    assert document()["openapi"].startswith("3.1")
    assert document()["servers"] == [{"url": "/"}]
    assert len(OPERATIONS) > 35


@pytest.mark.parametrize(("path", "method", "status", "answer"), ANSWERS)
def test_every_answer_is_described_with_an_example_that_fits(path, method, status, answer):
    assert answer["description"]
    if status in ("204", "304"):
        assert "content" not in answer
        return
    tables = {"text/csv"}  # the same as JSON, for spreadsheets
    [(media_type, content)] = [each for each in answer["content"].items() if each[0] not in tables]
    if media_type in ("text/plain", "text/event-stream") or status == "default":
        return
    assert content["schema"].keys() & {"$ref", "anyOf"}
    validator(path, method, status, media_type).validate(content["example"])
    expected = "application/problem+json" if int(status) >= 400 else "application/json"
    assert media_type == expected or (path, status) == ("/readyz", "503")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_example_of_a_body_is_taken(path, method, operation):
    if "requestBody" not in operation:
        return
    content = operation["requestBody"]["content"]["application/json"]
    model = SCHEMAS[content["schema"]["$ref"].rpartition("/")[2]]
    assert model.model_validate(content["example"])


def test_every_schema_is_one():
    for name, schema in document()["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("type") or schema.get("enum"), name
