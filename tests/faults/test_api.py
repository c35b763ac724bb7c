"""The API ends under load: what it answered with 202 is on disk, and may be sent again."""

import asyncio
import json
import signal

import pytest

from harness.load import Client, at_rate
from harness.texts import made_up, submissions
from moderation.store.sql.schema import comments

pytestmark = pytest.mark.timeout(90)
COMMENTS, RATE = 300, 150.0


def stored(gatehouse):
    with gatehouse.store.read() as connection:
        return {row.id for row in connection.execute(comments.select())}


async def ask_all(port, raws):
    """The answers, one after the other."""
    client = Client(port)
    answers = [await client.ask(raw) for raw in raws]
    client.close()
    return answers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_every_202_is_on_disk_and_a_repetition_gets_the_same_receipt(gatehouse, number):
    api = gatehouse.start_api()
    raws = submissions(made_up(COMMENTS), gatehouse.key)

    async def load_and_end():
        async def end():
            while len(await asyncio.to_thread(stored, gatehouse)) < 0.4 * COMMENTS:
                await asyncio.sleep(0.01)
            api.ask_to_stop(number)

        load, _ = await asyncio.gather(at_rate(gatehouse.port, raws, RATE, 16), end())
        return load

    load = asyncio.run(load_and_end())
    api.wait()
    answered = set(load.accepted)
    before = stored(gatehouse)
    # Some were answered and some were not, or nothing was tried here.
    assert 0.2 * COMMENTS < len(answered) < 0.8 * COMMENTS, load.statuses
    assert set(load.statuses) <= {202, 503, 0}
    assert answered <= before
    if number == signal.SIGTERM:
        assert before == answered  # whoever was under way was answered

    gatehouse.start_api()
    again = asyncio.run(ask_all(gatehouse.port, raws))
    assert [status for status, _ in again] == [202] * COMMENTS
    ids = [json.loads(body)["id"] for _, body in again]
    assert len(set(ids)) == COMMENTS
    assert before <= set(ids) == stored(gatehouse)
