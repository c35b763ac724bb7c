"""Every route of the API that reads, with the ids of what is there: what each gives out. A new route is filled in here, or left out with a reason."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from harness.gatehouse_process import GatehouseProcess
from harness.texts import PAGE

LEFT_OUT = {
    "/api/v1/threads/events": "a stream: what is sent there stays open, and says only that something changed"
}
METRICS = "/metrics"  # with a token of its own
# By the route: the status and the text of every answer, by the address.
Answers = dict[str, dict[str, tuple[int, str]]]
QUEUES = ("pending", "held", "approved", "rejected", "spam")
# Each route is asked without a query, and with each of these that it knows.
QUERIES = {"page_url": quote(PAGE, safe=""), "since": "2020-01-01T00:00:00Z", "format": "csv"}


@dataclass(frozen=True)
class Ids:
    """Ids of what is there. tokens: of receipts, by the comment's or the notice's id. subjects: kind/name of reputations."""

    site: str
    comments: Sequence[str]
    endpoints: Sequence[str]
    author: str
    bulk: str
    campaign: str
    filter: str
    moderator: str
    notice: str
    proposal: str
    subjects: Sequence[str]
    tokens: Mapping[str, str]

    def filling(self) -> dict[str, Sequence[str]]:
        """What stands for the part of a path in braces; of two parts, for both."""
        return {
            "{author}": [self.author],
            "{bulk_id}": [self.bulk],
            "{campaign_id}": [self.campaign],
            "{comment_id}": self.comments,
            "{endpoint_id}": self.endpoints,
            "{filter_id}": [self.filter],
            "{kind}/{name}": self.subjects,
            "{moderator_id}": [self.moderator],
            "{name}": QUEUES,
            "{notice_id}": [self.notice],
            "{proposal_id}": [self.proposal],
            "{site_id}": [self.site],
        }


def ask(gatehouse: GatehouseProcess, method: str, path: str, body: object = None, **headers: str):
    """The status and the text of an answer to the secret key."""
    request = Request(
        f"http://127.0.0.1:{gatehouse.port}{path}",
        json.dumps(body).encode() if body is not None else None,
        {"Authorization": f"Bearer {gatehouse.key}", "Content-Type": "application/json", **headers},
        method=method,
    )
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def filled(path: str, ids: Ids) -> list[str]:
    """The path with ids of what is there, once for each. A part that nothing stands for fails."""
    paths = [path]
    for part, values in ids.filling().items():
        if part in path:
            assert values and all(values), f"{part} has nothing that stands for it"
            paths = [each.replace(part, value) for each in paths for value in values]
    unfilled = [each for each in paths if "{" in each]
    assert not unfilled, f"fill these in, or leave them out with a reason: {unfilled}"
    return paths


def read_all(gatehouse: GatehouseProcess, ids: Ids) -> Answers:
    """What every route that reads gives out."""
    described = json.loads(ask(gatehouse, "GET", "/api/v1/openapi.json")[1])
    routes = {
        path: {each["name"] for each in methods["get"].get("parameters", ())}
        for path, methods in described["paths"].items()
        if "get" in methods
    }
    assert routes.keys() >= LEFT_OUT.keys()
    answers: Answers = {}
    for route in sorted(routes.keys() - LEFT_OUT.keys()):
        values = {**QUERIES, "site_id": ids.site}
        queries = [f"?{name}={value}" for name, value in values.items() if name in routes[route]]
        given = answers.setdefault(route, {})
        for path in filled(route, ids):
            for query in ["", *queries]:
                given[path + query] = ask(gatehouse, "GET", path + query)
            own_tokens = {METRICS: gatehouse.store.crypto.metrics_token, **ids.tokens}
            if token := own_tokens.get(path, own_tokens.get(path.rpartition("/")[2])):
                own = {"Authorization": f"Bearer {token}"}
                given[f"{path} by its token"] = ask(gatehouse, "GET", path, **own)
        broken = {path: text for path, (status, text) in given.items() if status >= 500}
        assert not broken, broken
    return answers
