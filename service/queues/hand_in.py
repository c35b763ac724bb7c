"""Hands a comment in, by whichever protocol it came: flood limits, id, browser, intake."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moderation.clock import now_ms
from moderation.domain.comment import Receipt, Submission
from moderation.domain.ids import timed_id
from service.access import identity
from service.http.client_address import flood_unit


@dataclass(frozen=True, slots=True)
class NewComment:
    """What the service knows of a comment besides what was sent.

    created_at: milliseconds. address: of the reader, '' where unknown; address_key: its keyed hash.
    identity: of the reader's browser, as in domain/comment.AuthorRef, '' where unknown; is_known: whether it
    sent its token.
    """

    id: str
    site_id: str
    created_at: int
    address: str
    identity: str
    address_key: str = ""
    is_known: bool = False


async def hand_in(
    state: Any,
    site_id: str,
    address: str,
    submission: Callable[[NewComment], Submission],
    *,
    browser_token: str = "",
    issue_token: bool = False,
    join: bool = False,
) -> tuple[Receipt, str]:
    """Stores a comment; its receipt and the token of its browser, '' where that is not known.

    A repetition gets the token of the first only from the same sender (Receipt.same_sender).

    state: of the app. address: of the reader, '' where unknown. submission: makes the submission, once the
    limits have let it pass. browser_token: as the browser sent it. issue_token: whether an unknown
    browser gets a token. join: as in Intake.submit.
    Raises TooMany, what `submission` raises, and what Intake.submit raises.
    """
    crypto = state.store.crypto
    await state.limits.admit(site_id, crypto.address_key(flood_unit(address)) if address else "")
    now = now_ms()
    comment_id = timed_id("cmt", now, os.urandom(10))
    browser = identity.known_browser(crypto, site_id, browser_token)
    is_new = browser is None and issue_token
    if is_new:
        browser = identity.new_browser(crypto, site_id, comment_id)
    new = NewComment(
        comment_id,
        site_id,
        now,
        address,
        browser.identity if browser else "",
        crypto.address_key(address),
        is_known=browser is not None and not is_new,
    )
    receipt: Receipt = await state.intake.submit(submission(new), join=join)
    if is_new and receipt.replayed and not receipt.same_sender:
        browser = None
    elif is_new:  # a repetition gets the token that the first request got
        browser = identity.new_browser(crypto, site_id, receipt.comment_id)
    return receipt, browser.token(crypto) if browser else ""
