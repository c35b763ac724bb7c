"""One attempt to send deliveries: chooses the message, signs it, posts it or notifies a channel."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from standardwebhooks import Webhook

from moderation.domain.delivery import MODERATORS, Format, Payload, Response
from moderation.domain.event import MENTION, EventType, to_datetime
from moderation.domain.message import (
    EventRecord,
    Message,
    akismet_verdicts,
    batch_message,
    payload_json,
    single_message,
)
from moderation.domain.notice import Notice, event_notice
from moderation.store import memberships
from moderation.store.outbox import DeliveryJob
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.deliver")

# Posts bytes with headers to a URL; never raises because of the network.
Send = Callable[[str, Mapping[str, str], bytes], Response]
# Notifies people: the channel's URL, the notice, and e-mails if the channel is the site's moderators.
Notify = Callable[[str, Notice, Sequence[str]], Response]


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that was attempted. started_at: ms. Deliveries of one POST share its response."""

    job: DeliveryJob
    started_at: int
    response: Response


@dataclass(frozen=True, slots=True)
class AttemptSender:
    """Makes attempts; threads share it. public_url: where the links of a notice lead. now: ms."""

    store: Store
    send: Send
    notify: Notify
    public_url: str
    now: Callable[[], int]

    def attempt(self, jobs: Sequence[DeliveryJob]) -> list[Sent]:
        """Sends these deliveries of one endpoint in one POST, or a mail for each person who is meant; those that cannot be sent
        get an error.
        """
        parts: dict[str, list[DeliveryJob]] = {}
        for job in jobs:
            parts.setdefault(_addressee(job), []).append(job)
        return [sent for part in parts.values() for sent in self._attempt(part)]

    def _attempt(self, jobs: Sequence[DeliveryJob]) -> list[Sent]:
        """jobs: with the same addressee."""
        started_at = self.now()
        obstacles = {job.id: _reason_not_to_send(job) for job in jobs}
        sent = [
            Sent(job, started_at, Response(error=error))
            for job in jobs
            if (error := obstacles[job.id])
        ]
        sendable = [job for job in jobs if not obstacles[job.id]]
        if not sendable:
            return sent
        secrets = _secrets(sendable[0], self.store, started_at)
        if not secrets:
            response = Response(error="secret")
        else:
            try:
                response = self._post(sendable, secrets, started_at)
            except Exception as error:  # a bug of ours must not stop the other deliveries
                facts = {"delivery": sendable[0].id, "error": type(error).__name__}
                log.error("a send broke", extra=facts)
                response = Response(error="internal")
        return sent + [Sent(job, started_at, response) for job in sendable]

    def _post(self, jobs: Sequence[DeliveryJob], secrets: Sequence[str], now: int) -> Response:
        records = [_event_record(job) for job in jobs]
        job = jobs[0]
        if job.format is Format.NOTICE:
            notice = event_notice(records, self.public_url)
            return self.notify(secrets[0], notice, self._moderator_emails(job))
        if job.format is Format.AKISMET:
            verdicts = akismet_verdicts(records, secrets[0])
            headers = {"content-type": verdicts.content_type}
            return self.send(job.url, headers, verdicts.body.encode())
        message = (
            batch_message(records, job.format)
            if job.batch > 1
            else single_message(records[0], job.format)
        )
        return self.send(job.url, signed(message, now, secrets), message.body.encode())

    def _moderator_emails(self, job: DeliveryJob) -> list[str]:
        if job.url != MODERATORS:
            return []
        with self.store.read() as connection:
            return memberships.digest_readers(connection, job.site_id, _addressee(job))


def _addressee(job: DeliveryJob) -> str:
    """The moderator whom a mail is for alone, '' where it is for all of the site."""
    is_personal = job.url == MODERATORS and job.type == MENTION
    return str(json.loads(job.data_json)["moderator_id"]) if is_personal else ""


def signed(message: Message, sent_at: int, secrets: Sequence[str]) -> dict[str, str]:
    """The Standard Webhooks headers of a message sent at this time (ms), with a signature for each secret."""
    # Aware and UTC: the library relabels any other datetime without converting it.
    timestamp = to_datetime(sent_at)
    signatures = [Webhook(secret).sign(message.id, timestamp, message.body) for secret in secrets]
    return {
        "content-type": message.content_type,
        "webhook-id": message.id,
        "webhook-timestamp": str(sent_at // 1000),
        "webhook-signature": " ".join(signatures),
    }


def _event_record(job: DeliveryJob) -> EventRecord:
    return EventRecord(
        job.event_id,
        job.site_id,
        job.type,
        job.comment_id,
        job.happened_at,
        payload_json(job.data_json, job.payload, job.text),
    )


def _reason_not_to_send(job: DeliveryJob) -> str:
    """The error of a delivery that cannot be sent, '' if it can."""
    if job.enabled is None:
        return "gone"
    if not job.enabled:
        return "disabled"
    ends_it = job.type in (EventType.ERASED, EventType.WITHDRAWN)
    carries_text = job.payload is Payload.TEXT and job.comment_id and not ends_it
    # Without its text it would be another message under the same id.
    return "erased" if carries_text and job.text is None else ""


def _secrets(job: DeliveryJob, store: Store, now: int) -> list[str]:
    """The endpoint's secrets that sign now, newest first; [] if the newest cannot be decrypted."""
    secret = store.crypto.decrypt(job.secret_sealed, job.endpoint_id)
    if secret is None:
        return []
    old_secret = None
    if job.old_secret_sealed and now < (job.old_secret_until or 0):
        old_secret = store.crypto.decrypt(job.old_secret_sealed, job.endpoint_id)
    return [secret, old_secret] if old_secret else [secret]
