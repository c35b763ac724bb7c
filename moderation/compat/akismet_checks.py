"""Answer those who keep their comments themselves: what a comment is, and what they asked so far."""

from dataclasses import dataclass

from moderation.domain.address import destination, parse_allow
from moderation.domain.akismet_check import (
    ANSWER_AFTER,
    AkismetAnswer,
    AkismetCheck,
    CheckUsage,
    is_blatant,
)
from moderation.domain.decision import ActorKind
from moderation.domain.delivery import Endpoint, Format
from moderation.domain.errors import Invalid
from moderation.domain.event import VERDICT
from moderation.domain.ids import derived_id
from moderation.store import akismet_checks, decisions, endpoints
from moderation.store.sql.engine import Store

# Answers in one POST: WordPress looks for each comment anew.
VERDICTS_AT_ONCE = 20
ENDPOINT_LIMIT = 20  # of a site, as for webhooks


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What a client is told. blatant: nobody needs to see the comment."""

    answer: AkismetAnswer
    blatant: bool = False


def answer_check(store: Store, check: AkismetCheck) -> CheckAnswer:
    """The answer as the comment stands now, kept in the same transaction.

    So a decision is either in the answer, or comes after it and finds whom to tell. A comment that is
    not there (refused, or gone) is worth waiting for.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [check.comment_id]).get(check.comment_id)
        if standing is None or standing.site_id != check.site_id:
            return CheckAnswer(AkismetAnswer.WAIT)
        answer = ANSWER_AFTER[standing.status]
        akismet_checks.put(connection, check, answer)
        blatant = False
        if answer is AkismetAnswer.SPAM and standing.decided_by == ActorKind.POLICY:
            latest = decisions.latest(connection, [check.comment_id])
            blatant = is_blatant(latest[check.comment_id].reasons)
    return CheckAnswer(answer, blatant)


def add_verdict_endpoint(
    store: Store, site_id: str, url: str, key: str, *, allow: str, now: int
) -> str:
    """The endpoint that tells `url` of later decisions, made where there is none yet; '' where it may
    not be called, or the site has as many endpoints as it may. key: goes along, in Akismet's way.

    allow: settings.webhook_allow. Asked again with another key, that one goes along from then on.
    """
    try:
        destination(url, parse_allow(allow))
    except Invalid:
        return ""
    id = derived_id("ep", site_id, Format.AKISMET, url)
    with store.write() as connection:
        if endpoints.get(connection, id, [site_id]) is None:
            if len(endpoints.of_sites(connection, [site_id])) >= ENDPOINT_LIMIT:
                return ""
            endpoint = Endpoint(
                id=id,
                site_id=site_id,
                url=url,
                types=(VERDICT,),
                format=Format.AKISMET,
                batch=VERDICTS_AT_ONCE,
                created_at=now,
            )
            endpoints.add(connection, endpoint, store.seal.close_up(key, id))
        else:
            endpoints.rotate(connection, id, store.seal.close_up(key, id), now)
    return id


def find_comment(store: Store, site_id: str, comment_id: str, fingerprint: str) -> str | None:
    """The comment a client means: by what we called it, else by what it says; None for a new one."""
    with store.read() as connection:
        return akismet_checks.find(connection, site_id, comment_id, fingerprint)


def note_correction(store: Store, site_id: str, comment_id: str, right: AkismetAnswer) -> bool:
    """Notes what the client says is right; whether that is news to us, and is to be decided."""
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        akismet_checks.correct(connection, comment_id, right)
        if standing is None or standing.site_id != site_id:
            return False
        known = standing.decided_by == ActorKind.MODERATOR
        return not (known and ANSWER_AFTER[standing.status] is right)


def usage(store: Store, site_id: str, since: int, until: int) -> list[CheckUsage]:
    """What was asked from `since` to before `until` (ms), by the host that asked."""
    with store.read() as connection:
        return akismet_checks.usage(connection, site_id, since, until)


def count(store: Store, site_id: str, since: int) -> int:
    """How many comments were asked about since then (ms)."""
    with store.read() as connection:
        return akismet_checks.count(connection, site_id, since)
