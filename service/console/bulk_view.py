"""What moderators see of a decision about many comments: what it was, how far it is, what it left."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.accounts import sign_in
from moderation.domain.bulk import BulkState, MemberState
from moderation.review import bulk, queues
from moderation.review.bulk import BulkProgress
from moderation.store.sql.engine import Store
from service.console.language import N_, _, ngettext, upfirst
from service.console.presenters import OUTCOME_WORDS, excerpt, person_name

_LISTED = 50  # comments that are listed by themselves
_WHY = {
    MemberState.DECIDED_SINCE: N_("somebody had decided about it meanwhile"),
    MemberState.CHANGED: N_("its writer had changed or withdrawn it meanwhile"),
    MemberState.CLAIMED: N_("somebody else was deciding about it"),
    MemberState.ERASED: N_("it was erased meanwhile"),
    MemberState.MOVED: N_("its page had been moved to another section meanwhile"),
    MemberState.CANCELLED: N_("taken back before its turn"),
    MemberState.KEPT: N_("somebody has decided about it since"),
}
_KEPT_OF_PART = N_(
    "somebody has decided about it since, or its page has been moved to another section"
)
_STATES = {
    BulkState.GATHERING: N_("not begun"),
    BulkState.DECIDING: N_("under way"),
    BulkState.DECIDED: N_("done"),
    BulkState.UNDOING: N_("being undone"),
    BulkState.UNDONE: N_("undone"),
}


@dataclass(frozen=True, slots=True)
class BulkView:
    """An act in words. sentence: 'Rejected 3 comments'. state: how far it is."""

    progress: BulkProgress
    sentence: str
    state: str
    who: str
    undone_by: str

    @property
    def is_at_work(self) -> bool:
        return self.progress.act.finished_at is None

    @property
    def done(self) -> int:
        """Of its comments, how many need no more work."""
        progress = self.progress
        if progress.act.state is BulkState.UNDOING:
            return progress.act.members - progress.counts.get(MemberState.DECIDED, 0)
        return progress.act.members - progress.waiting


@dataclass(frozen=True, slots=True)
class LeftView:
    """A comment that was left as it was, or was not taken back. why: in words."""

    id: str
    name: str
    opening: str
    why: str


def bulk_views(store: Store, progresses: Sequence[BulkProgress]) -> list[BulkView]:
    acts = [progress.act for progress in progresses]
    names = sign_in.emails_of(
        store, {id for act in acts for id in (act.moderator_id, act.undone_by)}
    )
    return [
        BulkView(
            progress,
            f"{upfirst(_(OUTCOME_WORDS[act.outcome]))}: {comments_words(act.members)}",
            _(_STATES[act.state]),
            person_name(act.moderator_id, names),
            person_name(act.undone_by, names) if act.undone_by else "",
        )
        for progress, act in zip(progresses, acts, strict=True)
    ]


def comments_words(count: int) -> str:
    return ngettext("%(n)s comment", "%(n)s comments", count)


def left_views(store: Store, progress: BulkProgress, place_id: str, by: str) -> list[LeftView]:
    """What a decision left, of what whoever looks reaches. place_id: the site, or the part of one that they are limited to; by: who they are."""
    act = progress.act
    states = tuple(_WHY) if progress.left or progress.kept else ()
    why = dict(_WHY)
    if act.undo_sections_json:
        why[MemberState.KEPT] = _KEPT_OF_PART
    members = (
        bulk.list_members(store, place_id, act.id, states, limit=_LISTED, whose=by)
        if states
        else []
    )
    cards = queues.get_cards(store, {place_id}, [member.comment_id for member in members])
    cards_by_id = {card.id: card for card in cards}
    return [
        LeftView(card.id, card.author_name, excerpt(card.text), _(why[member.state]))
        for member in members
        if (card := cards_by_id.get(member.comment_id))
    ]
