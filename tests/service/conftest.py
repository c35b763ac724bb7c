"""Every answer of the API, in whatever test, is compared with the OpenAPI document."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.described_answers import check_answer


@pytest.fixture(autouse=True)
def _described_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    request = TestClient.request

    def request_and_check(client: TestClient, *args: Any, **options: Any) -> Any:
        response = request(client, *args, **options)
        check_answer(response)
        return response

    monkeypatch.setattr(TestClient, "request", request_and_check)
