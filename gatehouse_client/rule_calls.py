"""The calls for a site's rules, as data: policies, filters, second opinions."""

from gatehouse_client.answer import Json
from gatehouse_client.call import (
    API,
    Call,
    given,
    json_object,
    json_objects,
    nothing,
    query_of,
    segment,
)


def policies() -> Call[list[Json]]:
    return Call("GET", f"{API}/policies", json_objects, repeatable=True)


def set_policy(policy: str, scope: str, override: str) -> Call[list[Json]]:
    # An empty policy says something, too: there is none any more.
    body = {"policy": policy} | given({"scope": scope, "override": override})
    return Call("PUT", f"{API}/policies", json_objects, body, repeatable=True)


def try_policy(policy: str, days: int, scope: str) -> Call[Json]:
    body = given({"policy": policy, "days": days, "scope": scope})
    return Call("POST", f"{API}/policies/test", json_object, body)


def policy_advice(misses: int | None, scope: str) -> Call[list[Json]]:
    query = query_of({"misses": misses, "scope": scope})
    return Call("GET", f"{API}/policies/advice", json_objects, query=query, repeatable=True)


def policy_errors(days: int, scope: str) -> Call[Json]:
    query = query_of({"days": days, "scope": scope})
    return Call("GET", f"{API}/policies/errors", json_object, query=query, repeatable=True)


def policy_versions(scope: str) -> Call[list[Json]]:
    query = query_of({"scope": scope})
    return Call("GET", f"{API}/policies/versions", json_objects, query=query, repeatable=True)


def candidate_policy() -> Call[Json]:
    return Call("GET", f"{API}/policies/shadow", json_object, repeatable=True)


def set_candidate_policy(policy: str) -> Call[Json]:
    return Call(
        "PUT", f"{API}/policies/shadow", json_object, given({"policy": policy}), repeatable=True
    )


def end_candidate_policy() -> Call[None]:
    return Call("DELETE", f"{API}/policies/shadow", nothing, repeatable=True)


def filters() -> Call[list[Json]]:
    return Call("GET", f"{API}/filters", json_objects, repeatable=True)


def filter(filter_id: str) -> Call[Json]:
    return Call("GET", f"{API}/filters/{segment(filter_id)}", json_object, repeatable=True)


def add_filter(filter: Json) -> Call[Json]:
    return Call("POST", f"{API}/filters", json_object, filter)


def try_filter(filter: Json, days: int) -> Call[Json]:
    return Call("POST", f"{API}/filters/trial", json_object, filter, query=query_of({"days": days}))


def change_filter(filter_id: str, filter: Json) -> Call[Json]:
    return Call("PUT", f"{API}/filters/{segment(filter_id)}", json_object, filter, repeatable=True)


def remove_filter(filter_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/filters/{segment(filter_id)}", nothing, repeatable=True)


def author_filters(comment_id: str) -> Call[list[Json]]:
    return Call(
        "GET", f"{API}/comments/{segment(comment_id)}/filters", json_objects, repeatable=True
    )


def filter_author(
    comment_id: str, about: str, action: str, days: int | None, domain: str
) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/comments/{segment(comment_id)}/filters",
        json_object,
        given({"about": about, "action": action, "days": days, "domain": domain}),
    )


def unfilter_author(comment_id: str, filter_id: str) -> Call[None]:
    return Call(
        "DELETE",
        f"{API}/comments/{segment(comment_id)}/filters/{segment(filter_id)}",
        nothing,
        repeatable=True,
    )


def second_opinion_state(approve_from: float | None) -> Call[Json]:
    return Call(
        "GET",
        f"{API}/second-opinion",
        json_object,
        query=query_of({"approve_from": approve_from}),
        repeatable=True,
    )


def set_second_opinion(may_send: bool, approve_from: float | None) -> Call[Json]:
    return Call(
        "PUT",
        f"{API}/second-opinion",
        json_object,
        given({"may_send": may_send, "approve_from": approve_from}),
        repeatable=True,
    )


def ask_about_past(count: int) -> Call[Json]:
    return Call("POST", f"{API}/second-opinion/past", json_object, given({"count": count}))
