"""Where the Gatehouse that runs is to be found."""

import pytest

from harness.house import House


@pytest.fixture
def url(running: House) -> str:
    return f"http://127.0.0.1:{running.port}"
