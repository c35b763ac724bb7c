"""Akismet's comment check: answers, corrections, and the endpoint that gets later verdicts."""

from dataclasses import dataclass

from moderation.domain.address import destination, parse_allow
from moderation.domain.akismet_check import (
    ANSWER_AFTER,
    AkismetAnswer,
    AkismetCheck,
    CheckUsage,
    is_blatant,
)
from moderation.domain.audit import Change
from moderation.domain.decision import ActorKind
from moderation.domain.delivery import Endpoint, Format, audited
from moderation.domain.errors import Invalid
from moderation.domain.event import AKISMET_VERDICT
from moderation.domain.ids import derived_id
from moderation.store import akismet_checks, audit, decisions, endpoints
from moderation.store.sql.engine import Store

# Verdicts in one POST: WordPress looks each comment up separately.
VERDICTS_AT_ONCE = 20
ENDPOINT_LIMIT = 20  # of a site, as for webhooks


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The answer to a client. blatant: the comment may be discarded unseen."""

    answer: AkismetAnswer
    blatant: bool = False


def answer_check(store: Store, check: AkismetCheck) -> CheckAnswer:
    """The answer by the comment's present status, stored in the same transaction.

    A decision is therefore either part of the answer, or comes later and is sent to the client as a
    verdict. For a comment that is not stored (refused, or gone) the answer is WAIT.
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
    store: Store, site_id: str, url: str, key: str, *, allow: str, by: str, now: int
) -> str:
    """The id of the endpoint that sends later verdicts to `url`, added if there is none yet; '' if the
    URL may not be called or the site has ENDPOINT_LIMIT already.

    key: sent along with each verdict, as Akismet does; a later call replaces it. allow:
    settings.webhook_allow.
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
                types=(AKISMET_VERDICT,),
                format=Format.AKISMET,
                batch=VERDICTS_AT_ONCE,
                created_at=now,
            )
            endpoints.add(connection, endpoint, store.crypto.encrypt(key, id))
            audit.record(
                connection, by, Change.ENDPOINT_ADDED, site_id, id, None, audited(endpoint)
            )
        else:
            endpoints.rotate(connection, id, store.crypto.encrypt(key, id), now)
    return id


def find_comment(store: Store, site_id: str, comment_id: str, fingerprint: str) -> str | None:
    """The id of the comment a client means, by our id or else by its fingerprint; None for a new one."""
    with store.read() as connection:
        return akismet_checks.find(connection, site_id, comment_id, fingerprint)


def note_correction(store: Store, site_id: str, comment_id: str, right: AkismetAnswer) -> bool:
    """Stores a client's correction; returns whether it has to be decided, because it differs from a
    moderator's decision or there is none.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        akismet_checks.correct(connection, comment_id, right)
        if standing is None or standing.site_id != site_id:
            return False
        by_moderator = standing.decided_by == ActorKind.MODERATOR
        return not (by_moderator and ANSWER_AFTER[standing.status] is right)


def usage(store: Store, site_id: str, since: int, until: int) -> list[CheckUsage]:
    """The checks from `since` to before `until` (ms), by the host that asked."""
    with store.read() as connection:
        return akismet_checks.usage(connection, site_id, since, until)


def count(store: Store, site_id: str, since: int) -> int:
    """How many comments were checked since `since` (ms)."""
    with store.read() as connection:
        return akismet_checks.count(connection, site_id, since)
