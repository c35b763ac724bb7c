"""Endpoints and deliveries in words: the state of each, the result of each attempt; no I/O."""

from dataclasses import dataclass

from moderation.domain.delivery import MODERATORS, Attempt, Endpoint, Format
from moderation.notify.endpoints import EndpointStatus
from moderation.store.deliveries import Delivery
from service.console.language import N_, _, number, upfirst
from service.console.presenters import age

REFRESHED_MS = 60_000  # ms; the page refreshes itself for a delivery that is due within
_DISABLED_SENTENCES = {
    "gone": N_("It answered that it is gone (410)."),
    "failing": N_("It accepted nothing for five days."),
    "by hand": N_("It was switched off by hand."),
}
# The error words of docs/webhooks.md and docs/notices.md, in sentences.
ERROR_SENTENCES = {
    "timeout": N_("no answer in time"),
    "refused": N_("connection refused"),
    "unreachable": N_("cannot be reached"),
    "dns": N_("the host name does not exist"),
    "tls": N_("no valid certificate"),
    "reset": N_("connection lost"),
    "protocol": N_("the answer was not HTTP"),
    "address": N_("the host name leads to a private address"),
    "url": N_("this URL is not allowed"),
    "disabled": N_("the endpoint was off"),
    "gone": N_("the endpoint was removed"),
    "erased": N_("the comment's text was erased"),
    "secret": N_("the secret cannot be decrypted: was Gatehouse's own secret changed?"),
    "internal": N_("an internal error; it was logged"),
    "too_large": N_("the answer was cut short"),
    "rejected": N_("the service refused it"),
    "apprise": N_("Apprise is not installed where the courier runs"),
    "nobody": N_("no moderator wants mails, or there is no mail server"),
}


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint in a list or on its page.

    name: its URL, masked for a channel. state: working | failing | paused | off; sentence: the same in
    words. waiting, dead: deliveries.
    """

    id: str
    name: str
    is_channel: bool
    is_akismet: bool
    enabled: bool
    state: str
    sentence: str
    options: str
    waiting: int
    dead: int


def endpoint_view(status: EndpointStatus, now: int) -> EndpointView:
    """now: ms."""
    endpoint = status.endpoint
    state, sentence = _state(endpoint, now)
    is_mail = endpoint.url == MODERATORS
    return EndpointView(
        id=endpoint.id,
        name=_("An e-mail to each of the site's moderators") if is_mail else endpoint.url,
        is_channel=endpoint.format is Format.NOTICE,
        is_akismet=endpoint.format is Format.AKISMET,
        enabled=endpoint.state == "enabled",
        state=state,
        sentence=sentence,
        options=_options(endpoint),
        waiting=status.tally.due,
        dead=status.tally.dead,
    )


def _state(endpoint: Endpoint, now: int) -> tuple[str, str]:
    """The state in a word, and in a sentence."""
    if endpoint.state != "enabled":
        return N_("off"), _(_DISABLED_SENTENCES.get(endpoint.disabled_because, N_("It is off.")))
    if endpoint.failing_since is None:
        return N_("working"), _("No recent failures.")
    since = _(
        "Nothing is accepted; the first failure was %(age)s.", age=age(now - endpoint.failing_since)
    )
    wait = endpoint.resume_at - now
    if wait > 0:
        paused = _("Paused; the next attempt is in %(time)s.", time=_duration(wait))
        return N_("paused"), f"{since} {paused}"
    return N_("failing"), since


def _options(endpoint: Endpoint) -> str:
    if endpoint.format is Format.AKISMET:
        return _("Later decisions for a client of the Akismet-compatible API")
    types = (
        ", ".join(endpoint.types) if endpoint.types else _("all events but statements of reasons")
    )
    if endpoint.format is Format.NOTICE:
        return _("Notices of %(types)s", types=types)
    format = ", " + _("as CloudEvents") if endpoint.format is Format.CLOUDEVENTS else ""
    batch = ", " + _("up to %(n)s per request", n=endpoint.batch) if endpoint.batch > 1 else ""
    payload = _("Sends %(types)s; %(payload)s payload", types=types, payload=endpoint.payload.value)
    return f"{payload}{format}{batch}"


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery. result: of its last attempt, and when the next follows. attempts: each with its
    result. is_fresh: due so soon that the page refreshes itself.
    """

    delivery: Delivery
    result: str
    attempts: tuple[tuple[Attempt, str], ...]
    is_fresh: bool


def delivery_view(delivery: Delivery, now: int) -> DeliveryView:
    """now: ms."""
    attempts = tuple((attempt, _attempt_result(attempt)) for attempt in delivery.attempts)
    result = attempts[-1][1] if attempts else ""
    wait = delivery.due_at - now
    if delivery.state == "due":
        next_try = _("next try in %(time)s", time=_duration(wait)) if wait > 0 else _("due now")
        result = f"{result}; {next_try}" if result else _("Not tried yet, %(next)s", next=next_try)
    return DeliveryView(
        delivery=delivery,
        result=upfirst(result),
        attempts=attempts,
        is_fresh=delivery.state == "due" and wait < REFRESHED_MS,
    )


def _attempt_result(attempt: Attempt) -> str:
    """'500 after 120 ms', 'no answer in time after 20,000 ms'."""
    response = attempt.response
    parts = [str(response.status)] if response.status is not None else []
    if response.error:
        parts.append(_(ERROR_SENTENCES.get(response.error, response.error)))
    took = " " + _("after %(n)s ms", n=number(response.duration)) if response.duration else ""
    return ", ".join(parts) + took


def _duration(millis: int) -> str:
    seconds = max(1, millis // 1000)
    if seconds < 90:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h"
