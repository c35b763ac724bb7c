"""The calls about webhooks, as data: endpoints and their deliveries."""

from collections.abc import Sequence
from datetime import datetime

from gatehouse_client import endpoint_answers
from gatehouse_client.call import API, Call, Piece, given, items_of, pieces, segment


def endpoints() -> Call[list[endpoint_answers.Endpoint]]:
    return Call(
        "GET", f"{API}/endpoints", items_of(endpoint_answers.Endpoint.read), repeatable=True
    )


def endpoint(endpoint_id: str) -> Call[endpoint_answers.Endpoint]:
    return Call("GET", _endpoint(endpoint_id), endpoint_answers.Endpoint.read, repeatable=True)


def add_endpoint(
    url: str, types: Sequence[str], payload: str, format: str, batch: int
) -> Call[endpoint_answers.Endpoint]:
    chosen = {"payload": payload, "format": format, "batch": batch}
    body = {"url": url, "types": list(types), **chosen}
    return Call("POST", f"{API}/endpoints", endpoint_answers.Endpoint.read, body)


def switch_endpoint(endpoint_id: str, enabled: bool) -> Call[endpoint_answers.Endpoint]:
    body = {"enabled": enabled}
    return Call(
        "PATCH", _endpoint(endpoint_id), endpoint_answers.Endpoint.read, body, repeatable=True
    )


def remove_endpoint(endpoint_id: str) -> Call[None]:
    return Call("DELETE", _endpoint(endpoint_id), lambda _: None)


def rotate_secret(endpoint_id: str, overlap_hours: int) -> Call[str]:
    body = {"overlap_hours": overlap_hours}
    return Call("POST", f"{_endpoint(endpoint_id)}/secret", lambda data: str(data["secret"]), body)


def replay(
    endpoint_id: str, what: str, since: datetime | None, until: datetime | None
) -> Call[int]:
    moments = {"since": since, "until": until}
    body = {"what": what} | {name: moment.isoformat() for name, moment in moments.items() if moment}
    return Call(
        "POST", f"{_endpoint(endpoint_id)}/replay", lambda data: int(data["deliveries"]), body
    )


def test_endpoint(endpoint_id: str) -> Call[str]:
    return Call("POST", f"{_endpoint(endpoint_id)}/test", lambda data: str(data["event_id"]))


def deliveries(endpoint_id: str, state: str, size: int) -> Call[Piece[endpoint_answers.Delivery]]:
    path = f"{_endpoint(endpoint_id)}/deliveries"
    query = given({"limit": size, "state": state})
    return Call("GET", path, pieces(endpoint_answers.Delivery.read), query=query, repeatable=True)


def resend(delivery_id: str) -> Call[endpoint_answers.Delivery]:
    return Call(
        "POST", f"{API}/deliveries/{segment(delivery_id)}/resend", endpoint_answers.Delivery.read
    )


def _endpoint(endpoint_id: str) -> str:
    return f"{API}/endpoints/{segment(endpoint_id)}"
