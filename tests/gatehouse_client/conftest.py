"""Where the Gatehouse that runs is to be found."""

import pytest

from harness.gatehouse_process import GatehouseProcess


@pytest.fixture
def url(running: GatehouseProcess) -> str:
    return f"http://127.0.0.1:{running.port}"
