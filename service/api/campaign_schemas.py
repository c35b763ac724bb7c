"""What the API takes in and gives out about campaigns."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.campaign_targets import contact_kind
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.review.campaigns import UNDONE, CampaignCard
from moderation.store.queues import QueueEntry
from service.api import answers
from service.api.described import page_type
from service.api.fields import Sequence, StrictModel
from service.api.serializers import AuthorOut, ModeratorOut, author_out, iso, moderator_out


class RulingIn(StrictModel):
    """A person's word on a campaign. sequence: of the one that was seen, 0 for none. held: about those members
    alone that are held with the ruling in force, which stays.
    """

    outcome: Annotated[Outcome, Field(strict=False, examples=["spam"])]  # by its name
    sequence: Sequence = None
    held: bool = False


class CampaignMembersIn(StrictModel):
    """Members of a campaign, by their ids."""

    comment_ids: Annotated[
        list[
            Annotated[
                str,
                Field(
                    max_length=64,
                    pattern=r"^[a-z0-9_]+$",
                    examples=["cmt_01kaxw6d00e5j8n2q4s6v8x0z2"],
                ),
            ]
        ],
        Field(min_length=1, max_length=500),
    ]


# An outcome, or that the decision before it was taken back.
Ruled = Annotated[
    str, Field(examples=["spam"], json_schema_extra={"enum": [*sorted(Outcome), UNDONE]})
]


class CountedOut(TypedDict):
    """How many, over all sites of this installation."""

    comments: answers.Count
    addresses: answers.Count
    names: answers.Count
    networks: answers.Count
    pages: answers.Count
    sites: answers.Count


class SampleOut(TypedDict):
    """One of the oldest members on the site."""

    id: answers.CommentId
    text: answers.Text


class RulingOut(TypedDict):
    """A decision about a campaign. done: whether every member has met it."""

    sequence: answers.SequenceNumber
    outcome: Ruled
    actor: ModeratorOut
    done: bool
    created_at: answers.Moment


class CampaignOut(TypedDict):
    """A campaign as a site reads it. comments, sample: its members on the site. in_force: what members that come
    later meet, null for nothing. held_with_ruling: how many are held with it, and ask for no other. link: null
    where they share a contact.
    """

    id: answers.CampaignId
    sentence: answers.Sentence
    created_at: answers.Moment
    first_at: answers.Moment
    last_at: answers.Moment
    counted: CountedOut
    link: answers.Domain | None
    comments: answers.CountsByStatus
    sample: list[SampleOut]
    in_force: Outcome | None
    held_with_ruling: answers.Count
    sequence: answers.SequenceNumber
    decisions: list[RulingOut]


CampaignPage = page_type("CampaignPage", CampaignOut, "campaigns")


class MemberPageOut(TypedDict):
    """The article that a member is about."""

    url: answers.Url
    title: answers.Title | None
    title_verified: bool


class MemberOut(TypedDict):
    """A comment of a campaign."""

    id: answers.CommentId
    page: MemberPageOut
    author: AuthorOut
    text: answers.Text
    status: Status
    created_at: answers.Moment


MemberPage = page_type("MemberPage", MemberOut, "a campaign's members")


class CampaignDecided(TypedDict):
    """What a decision did. left: members that it left as they were; left_published: those of them that are public."""

    campaign_id: answers.CampaignId
    sequence: answers.SequenceNumber
    outcome: Ruled
    changed: answers.Count
    left: answers.Count
    left_published: answers.Count


class MembersExcluded(TypedDict):
    """How many members are out of it."""

    campaign_id: answers.CampaignId
    excluded: answers.Count


def campaign_out(card: CampaignCard) -> CampaignOut:
    """A campaign as a site reads it; `counted` counts its members on this site."""
    stats = card.campaign_stats
    return {
        "id": card.id,
        "sentence": card.sentence,
        "created_at": iso(card.created_at),
        "first_at": iso(stats.first_at),
        "last_at": iso(stats.last_at),
        "counted": {
            "comments": stats.comments,
            "addresses": stats.addresses,
            "names": stats.names,
            "networks": stats.networks,
            "pages": stats.pages,
            "sites": stats.sites,
        },
        "link": stats.domain if stats.domain and not contact_kind(stats.domain) else None,
        "comments": dict(card.counts),
        "sample": [{"id": comment.id, "text": comment.text} for comment in card.sample],
        "in_force": Outcome(card.in_force) if card.in_force else None,
        "held_with_ruling": card.held_with_ruling,
        "sequence": card.sequence,
        "decisions": [
            {
                "sequence": ruling.sequence,
                "outcome": ruling.outcome,
                "actor": moderator_out(ruling.moderator_id),
                "done": bool(ruling.done),  # SQLite has no booleans
                "created_at": iso(ruling.created_at),
            }
            for ruling in card.rulings
        ],
    }


def member_out(comment: QueueEntry) -> MemberOut:
    return {
        "id": comment.id,
        "page": {
            "url": comment.page_url,
            "title": comment.page_title or None,
            "title_verified": comment.page_title_verified,
        },
        "author": author_out(comment.author_name, comment.author_url, comment.author_badge),
        "text": comment.text,
        "status": comment.status,
        "created_at": iso(comment.created_at),
    }
