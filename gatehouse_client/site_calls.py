"""The calls for those who run a site, as data: people, keys, rules, campaigns, numbers. Answers are JSON objects, as the OpenAPI document
describes them; the others are read into dataclasses.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatehouse_client.answers import Json
from gatehouse_client.calls import API, Call, Piece, given, pieces, segment


def moderators() -> Call[list[Json]]:
    return Call("GET", f"{API}/moderators", _objects, repeatable=True)


def moderator(moderator_id: str) -> Call[Json]:
    return Call("GET", f"{API}/moderators/{segment(moderator_id)}", _object, repeatable=True)


def invite_moderator(email: str, role: str, sections: Sequence[str]) -> Call[Json]:
    body = given({"email": email, "role": role, "sections": list(sections) or None})
    return Call("POST", f"{API}/moderators", _object, body)


def change_role(moderator_id: str, role: str, sections: Sequence[str] | None) -> Call[Json]:
    body = given({"role": role, "sections": None if sections is None else list(sections)})
    return Call("PATCH", f"{API}/moderators/{segment(moderator_id)}", _object, body)


def remove_moderator(moderator_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/moderators/{segment(moderator_id)}", _nothing, repeatable=True)


def sessions(moderator_id: str) -> Call[list[Json]]:
    return Call(
        "GET", f"{API}/moderators/{segment(moderator_id)}/sessions", _objects, repeatable=True
    )


def end_sessions(moderator_id: str) -> Call[None]:
    path = f"{API}/moderators/{segment(moderator_id)}/sessions"
    return Call("DELETE", path, _nothing, repeatable=True)


def end_session(moderator_id: str, session_id: str) -> Call[None]:
    path = f"{API}/moderators/{segment(moderator_id)}/sessions/{segment(session_id)}"
    return Call("DELETE", path, _nothing, repeatable=True)


def reset_second_factor(moderator_id: str) -> Call[None]:
    return Call(
        "DELETE",
        f"{API}/moderators/{segment(moderator_id)}/second-factor",
        _nothing,
        repeatable=True,
    )


def keys() -> Call[list[Json]]:
    return Call("GET", f"{API}/keys", _objects, repeatable=True)


def make_key(kind: str, name: str) -> Call[Json]:
    return Call("POST", f"{API}/keys", _object, given({"kind": kind, "name": name}))


def revoke_key(key_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/keys/{segment(key_id)}", _nothing, repeatable=True)


def sites() -> Call[list[Json]]:
    return Call("GET", f"{API}/sites", _objects, repeatable=True)


def site(site_id: str) -> Call[Json]:
    return Call("GET", f"{API}/sites/{segment(site_id)}", _object, repeatable=True)


def make_site(name: str, origins: Sequence[str], language: str) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/sites",
        _object,
        given({"name": name, "origins": list(origins), "language": language}),
    )


def change_site(site_id: str, changes: Mapping[str, Any]) -> Call[Json]:
    named = {name: value for name, value in changes.items() if value is not None}
    return Call("PATCH", f"{API}/sites/{segment(site_id)}", _object, named)


def compatible_apis(site_id: str) -> Call[list[Json]]:
    return Call("GET", _apis(site_id), _objects, repeatable=True)


def switch_api_on(site_id: str, name: str, limit: str) -> Call[Json]:
    return Call("PUT", _apis(site_id, name), _object, {"limit": limit})


def switch_api_off(site_id: str, name: str) -> Call[None]:
    return Call("DELETE", _apis(site_id, name), _nothing, repeatable=True)


def make_api_key(site_id: str, name: str) -> Call[Json]:
    return Call("POST", f"{_apis(site_id, name)}/keys", _object)


def add_signing_secret(site_id: str, name: str, secret: str) -> Call[None]:
    return Call("POST", f"{_apis(site_id, name)}/secrets", _nothing, {"secret": secret})


def _apis(site_id: str, name: str = "") -> str:
    path = f"{API}/sites/{segment(site_id)}/compatible-apis"
    return f"{path}/{segment(name)}" if name else path


def audit(
    since: datetime | None, until: datetime | None, who: str, action: str, about: str, size: int
) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/audit",
        pieces(_object),
        query=_asked(
            {
                "since": since,
                "until": until,
                "who": who,
                "action": action,
                "about": about,
                "limit": size,
            }
        ),
        repeatable=True,
    )


def proposals(size: int) -> Call[Piece[Json]]:
    return Call(
        "GET", f"{API}/proposals", pieces(_object), query=_asked({"limit": size}), repeatable=True
    )


def proposal(proposal_id: str) -> Call[Json]:
    return Call("GET", f"{API}/proposals/{segment(proposal_id)}", _object, repeatable=True)


def agree(proposal_id: str, take_over: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/proposals/{segment(proposal_id)}/agree",
        _object,
        given({"take_over": take_over}),
    )


def refuse(
    proposal_id: str, outcome: str, reason: str, sentence: str, note: str, take_over: bool
) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/proposals/{segment(proposal_id)}/refuse",
        _object,
        given(
            {
                "outcome": outcome,
                "reason": reason,
                "sentence": sentence,
                "note": note,
                "take_over": take_over,
            }
        ),
    )


def statistics(days: int) -> Call[Json]:
    return Call("GET", f"{API}/statistics", _object, query=_asked({"days": days}), repeatable=True)


def sample(size: int) -> Call[Json]:
    return Call("GET", f"{API}/sample", _object, query={"limit": size}, repeatable=True)


def set_sample_size(size: int) -> Call[Json]:
    return Call("PUT", f"{API}/sample", _object, {"size": size}, repeatable=True)


def judge_sample(comment_id: str, verdict: str) -> Call[Json]:
    return Call("POST", f"{API}/sample/{segment(comment_id)}", _object, {"verdict": verdict})


def agreement() -> Call[Json]:
    return Call("GET", f"{API}/agreement", _object, repeatable=True)


def set_review_share(share: int) -> Call[Json]:
    return Call("PUT", f"{API}/agreement", _object, {"share": share}, repeatable=True)


def settle_disagreement(look_id: str, verdict: str) -> Call[None]:
    path = f"{API}/agreement/disagreements/{segment(look_id)}"
    return Call("POST", path, _nothing, {"verdict": verdict})


def ask_golden(moderator_id: str, count: int) -> Call[Json]:
    body = {"moderator_id": moderator_id, "count": count}
    return Call("POST", f"{API}/agreement/golden", _object, body)


def policies() -> Call[list[Json]]:
    return Call("GET", f"{API}/policies", _objects, repeatable=True)


def set_policy(policy: str, scope: str, override: str) -> Call[list[Json]]:
    # An empty policy says something, too: there is none any more.
    body = {"policy": policy} | given({"scope": scope, "override": override})
    return Call("PUT", f"{API}/policies", _objects, body, repeatable=True)


def try_policy(policy: str, days: int, scope: str) -> Call[Json]:
    body = given({"policy": policy, "days": days, "scope": scope})
    return Call("POST", f"{API}/policies/test", _object, body)


def policy_advice(misses: int | None, scope: str) -> Call[list[Json]]:
    query = _asked({"misses": misses, "scope": scope})
    return Call("GET", f"{API}/policies/advice", _objects, query=query, repeatable=True)


def policy_errors(days: int, scope: str) -> Call[Json]:
    query = _asked({"days": days, "scope": scope})
    return Call("GET", f"{API}/policies/errors", _object, query=query, repeatable=True)


def policy_versions(scope: str) -> Call[list[Json]]:
    query = _asked({"scope": scope})
    return Call("GET", f"{API}/policies/versions", _objects, query=query, repeatable=True)


def candidate_policy() -> Call[Json]:
    return Call("GET", f"{API}/policies/shadow", _object, repeatable=True)


def set_candidate_policy(policy: str) -> Call[Json]:
    return Call(
        "PUT", f"{API}/policies/shadow", _object, given({"policy": policy}), repeatable=True
    )


def end_candidate_policy() -> Call[None]:
    return Call("DELETE", f"{API}/policies/shadow", _nothing, repeatable=True)


def filters() -> Call[list[Json]]:
    return Call("GET", f"{API}/filters", _objects, repeatable=True)


def filter(filter_id: str) -> Call[Json]:
    return Call("GET", f"{API}/filters/{segment(filter_id)}", _object, repeatable=True)


def add_filter(filter: Json) -> Call[Json]:
    return Call("POST", f"{API}/filters", _object, filter)


def try_filter(filter: Json, days: int) -> Call[Json]:
    return Call("POST", f"{API}/filters/trial", _object, filter, query=_asked({"days": days}))


def change_filter(filter_id: str, filter: Json) -> Call[Json]:
    return Call("PUT", f"{API}/filters/{segment(filter_id)}", _object, filter, repeatable=True)


def remove_filter(filter_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/filters/{segment(filter_id)}", _nothing, repeatable=True)


def author_filters(comment_id: str) -> Call[list[Json]]:
    return Call("GET", f"{API}/comments/{segment(comment_id)}/filters", _objects, repeatable=True)


def filter_author(
    comment_id: str, about: str, action: str, days: int | None, domain: str
) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/comments/{segment(comment_id)}/filters",
        _object,
        given({"about": about, "action": action, "days": days, "domain": domain}),
    )


def unfilter_author(comment_id: str, filter_id: str) -> Call[None]:
    return Call(
        "DELETE",
        f"{API}/comments/{segment(comment_id)}/filters/{segment(filter_id)}",
        _nothing,
        repeatable=True,
    )


def second_opinion_state(approve_from: float | None) -> Call[Json]:
    return Call(
        "GET",
        f"{API}/second-opinion",
        _object,
        query=_asked({"approve_from": approve_from}),
        repeatable=True,
    )


def set_second_opinion(may_send: bool, approve_from: float | None) -> Call[Json]:
    return Call(
        "PUT",
        f"{API}/second-opinion",
        _object,
        given({"may_send": may_send, "approve_from": approve_from}),
        repeatable=True,
    )


def ask_about_past(count: int) -> Call[Json]:
    return Call("POST", f"{API}/second-opinion/past", _object, given({"count": count}))


def campaigns(waiting: bool, ruled: bool, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/campaigns",
        pieces(_object),
        query=_asked({"waiting": waiting, "ruled": ruled, "limit": size}),
        repeatable=True,
    )


def campaign(campaign_id: str) -> Call[Json]:
    return Call("GET", f"{API}/campaigns/{segment(campaign_id)}", _object, repeatable=True)


def campaign_comments(campaign_id: str, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/campaigns/{segment(campaign_id)}/comments",
        pieces(_object),
        query=_asked({"limit": size}),
        repeatable=True,
    )


def rule_campaign(campaign_id: str, outcome: str, sequence: int | None, held: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/decisions",
        _object,
        given({"outcome": outcome, "sequence": sequence, "held": held}),
    )


def undo_campaign(campaign_id: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/undo",
        _object,
        given({"sequence": sequence}),
    )


def exclude_from_campaign(campaign_id: str, comment_ids: Sequence[str]) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/exclusions",
        _object,
        given({"comment_ids": list(comment_ids)}),
    )


def split_campaign(campaign_id: str, comment_ids: Sequence[str]) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/campaigns/{segment(campaign_id)}/splits",
        _object,
        given({"comment_ids": list(comment_ids)}),
    )


def reputations(kind: str, size: int) -> Call[Piece[Json]]:
    return Call(
        "GET",
        f"{API}/reputation",
        pieces(_object),
        query=_asked({"kind": kind, "limit": size}),
        repeatable=True,
    )


def reputations_of(comment_id: str) -> Call[list[Json]]:
    return Call(
        "GET", f"{API}/comments/{segment(comment_id)}/reputation", _objects, repeatable=True
    )


def reputation(kind: str, name: str) -> Call[Json]:
    return Call(
        "GET", f"{API}/reputation/{segment(kind)}/{segment(name)}", _object, repeatable=True
    )


def reset_reputation(kind: str, name: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/reputation/{segment(kind)}/{segment(name)}/reset",
        _object,
        given({"sequence": sequence}),
    )


def undo_reset(kind: str, name: str, sequence: int | None) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/reputation/{segment(kind)}/{segment(name)}/undo",
        _object,
        given({"sequence": sequence}),
    )


def learning() -> Call[Json]:
    return Call("GET", f"{API}/learning", _object, repeatable=True)


def undo_learning(version: int | None, moderator_id: str) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/learning/undo",
        _object,
        given({"version": version, "moderator_id": moderator_id}),
    )


def views() -> Call[list[Json]]:
    return Call("GET", f"{API}/views", _objects, repeatable=True)


def add_view(name: str, filter: Json, shared: bool) -> Call[Json]:
    return Call(
        "POST",
        f"{API}/views",
        _object,
        given({"name": name, "filter": dict(filter), "shared": shared}),
    )


def remove_view(view_id: str) -> Call[None]:
    return Call("DELETE", f"{API}/views/{segment(view_id)}", _nothing, repeatable=True)


def context(comment_id: str) -> Call[Json]:
    return Call("GET", f"{API}/comments/{segment(comment_id)}/context", _object, repeatable=True)


def forewarn(text: str, page_url: str) -> Call[Json]:
    page = {"url": page_url} if page_url else None
    return Call("POST", f"{API}/forewarnings", _object, given({"text": text, "page": page}))


def _object(data: Any) -> Json:
    return dict(data)


def _objects(data: Any) -> list[Json]:
    return [dict(item) for item in data["items"]]


def _nothing(data: Any) -> None:
    return None


def _asked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as a query has it."""
    words = {True: "true", False: "false"}
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else words[value]
        if isinstance(value, bool)
        else value
        for name, value in given(values).items()
    }
