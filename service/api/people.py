"""/api/v1/people: all that is kept of one person, handed out or erased. The body names them: a URL ends up in logs."""

import os
from typing import Annotated

from fastapi import APIRouter, Request, Response

from moderation.clock import now_ms
from moderation.doorbell import DELIVER
from moderation.upkeep import people
from moderation.upkeep.person_document import note_export
from moderation.upkeep.person_erasure import REWRITTEN_UP_TO, erase_person
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.parameters import KEYED
from service.api.people_schemas import (
    PersonErasedOut,
    PersonEraseIn,
    PersonExportIn,
    PersonExportOut,
    person_comment_out,
    person_erased_out,
    sent_notice_out,
    sent_report_out,
)
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1", tags=["people"], dependencies=KEYED)

ERASED_AT_ONCE = 1_000  # comments of a call


@router.post(
    "/people/export",
    summary="All that is kept of a person",
    **described(PersonExportOut, 404, body=PersonExportIn),
)
def export(
    request: Request, key: SecretKey, body: Annotated[PersonExportIn, json_body(PersonExportIn)]
) -> Response:
    """On this site. E-mails are compared as keyed hashes; after `GATEHOUSE_PERSONAL_DAYS` comments are found by the e-mail alone."""
    store, site_ids = request.app.state.store, {key.site_id}
    if body.after:
        keys = people.keys_of(store, body.ref, site_ids)
    else:
        keys = note_export(store, body.ref, site_ids, key.id)
    found = people.export_person(store, keys, site_ids, body.after, body.limit)
    sent = [] if body.after else people.sent_reports(store, keys)
    notices = [] if body.after else people.sent_notices(store, keys, site_ids)
    answer: PersonExportOut = {
        "items": [person_comment_out(comment) for comment in found],
        "reports_sent": [sent_report_out(report) for report in sent],
        "notices_sent": [sent_notice_out(notice) for notice in notices],
        "next": found[-1].id if len(found) == body.limit else None,
    }
    return private_json(answer)


@router.post(
    "/people/erase",
    summary="Erase all that is kept of a person",
    **described(PersonErasedOut, 404, body=PersonEraseIn),
)
def erase(
    request: Request, key: SecretKey, body: Annotated[PersonEraseIn, json_body(PersonEraseIn)]
) -> Response:
    """On this site, for good; endpoints hear `comment.erased` for each comment. At most 1,000 comments at once: call it again
    until `complete`. Without `confirm` it only counts.
    """
    state = request.app.state
    if not body.confirm:
        return private_json(
            person_erased_out(people.find_person(state.store, body.ref, {key.site_id}))
        )
    result = erase_person(
        state.store,
        body.ref,
        {key.site_id},
        key.id,
        now=now_ms,
        entropy=os.urandom,
        limit=ERASED_AT_ONCE,
        rewrite_up_to=REWRITTEN_UP_TO,
    )
    state.ring(DELIVER)
    return private_json(person_erased_out(result))
