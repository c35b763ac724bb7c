"""The calls for those who look after a site's people and keys, as data."""

from collections.abc import Sequence

from gatehouse_client.answer import Json
from gatehouse_client.call import API, Call, given, json_object, json_objects, nothing, segment


def moderators() -> Call[list[Json]]:
    return Call("GET", f"{API}/moderators", json_objects, repeatable=True)


def moderator(moderator_id: str) -> Call[Json]:
    return Call("GET", f"{API}/moderators/{segment(moderator_id)}", json_object, repeatable=True)


def invite_moderator(email: str, role: str, sections: Sequence[str]) -> Call[Json]:
    body = given({"email": email, "role": role, "sections": list(sections) or None})
    return Call("POST", f"{API}/moderators", json_object, body)


def change_role(moderator_id: str, role: str, sections: Sequence[str] | None) -> Call[Json]:
    body = given({"role": role, "sections": None if sections is None else list(sections)})
    return Call("PATCH", f"{API}/moderators/{segment(moderator_id)}", json_object, body)


def remove_moderator(moderator_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/moderators/{segment(moderator_id)}", nothing, repeatable=True)


def sessions(moderator_id: str) -> Call[list[Json]]:
    return Call(
        "GET", f"{API}/moderators/{segment(moderator_id)}/sessions", json_objects, repeatable=True
    )


def end_sessions(moderator_id: str) -> Call[None]:
    path = f"{API}/moderators/{segment(moderator_id)}/sessions"
    return Call("DELETE", path, nothing, repeatable=True)


def end_session(moderator_id: str, session_id: str) -> Call[None]:
    path = f"{API}/moderators/{segment(moderator_id)}/sessions/{segment(session_id)}"
    return Call("DELETE", path, nothing, repeatable=True)


def reset_second_factor(moderator_id: str) -> Call[None]:
    return Call(
        "DELETE",
        f"{API}/moderators/{segment(moderator_id)}/second-factor",
        nothing,
        repeatable=True,
    )


def keys() -> Call[list[Json]]:
    return Call("GET", f"{API}/keys", json_objects, repeatable=True)


def make_key(kind: str, name: str) -> Call[Json]:
    return Call("POST", f"{API}/keys", json_object, given({"kind": kind, "name": name}))


def revoke_key(key_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/keys/{segment(key_id)}", nothing, repeatable=True)
