"""What moderators see of a campaign: its text, its size, what was decided about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.accounts import sign_in
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.review import campaigns
from moderation.review.campaigns import CampaignCard
from moderation.store.sql.engine import Store
from service.console.language import N_, _, ngettext, number
from service.console.presenters import (
    OUTCOME_WORDS,
    STATUS_WORDS,
    HistoryEntry,
    excerpt,
    person_name,
)

_VERBS = {
    Outcome.APPROVE: N_("Approve all"),
    Outcome.REJECT: N_("Reject all"),
    Outcome.SPAM: N_("Spam all"),
}
_QUEUE_ORDER = (Status.HELD, *(status for status in Status if status is not Status.HELD))


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as a card. counts: '12 held, 2 approved'. outcome: of the last decision, '' for none;
    in_force: what happens to new comments of the campaign; both in words.
    """

    card: CampaignCard
    text: str
    opening: str
    size: str
    counts: str
    history: list[HistoryEntry]
    actions: list[tuple[str, str]]
    outcome: str
    in_force: str


def campaign_views(store: Store, cards: Sequence[CampaignCard]) -> list[CampaignView]:
    moderator_ids = {ruling.moderator_id for card in cards for ruling in card.rulings}
    names = sign_in.emails_of(store, moderator_ids)
    return [_campaign_view(card, names) for card in cards]


def _campaign_view(card: CampaignCard, names: Mapping[str, str]) -> CampaignView:
    text = card.sample[0].text if card.sample else ""
    history = [
        HistoryEntry(
            ruling.sequence,
            _outcome_words(ruling.outcome),
            person_name(ruling.moderator_id, names),
            ruling.created_at,
        )
        for ruling in card.rulings
    ]
    return CampaignView(
        card=card,
        text=text,
        opening=excerpt(text),
        size=ngettext("%(n)s comment", "%(n)s comments", card.comments),
        counts=", ".join(
            f"{number(card.counts[status])} {_(STATUS_WORDS[status])}"
            for status in _QUEUE_ORDER
            if status in card.counts
        ),
        history=history,
        actions=[
            (outcome.value, _(_VERBS[outcome]))
            for outcome in _VERBS
            if outcome.value != card.in_force
        ],
        outcome=history[-1].outcome if history else "",
        in_force=_outcome_words(card.in_force) if card.in_force else "",
    )


def _outcome_words(outcome: str) -> str:
    return _("undone") if outcome == campaigns.UNDONE else _(OUTCOME_WORDS[Outcome(outcome)])
