"""Answers about pages of a site and what stands on them."""

from dataclasses import dataclass, field
from datetime import datetime

from gatehouse_client.answer import AT, Answer
from gatehouse_client.answers import Author, Page


@dataclass(frozen=True, slots=True)
class PublicComment(Answer):
    """An approved comment as the world sees it.

    status: 'removed' for one that is not shown, and stands there only for what answers it; then author and text
    are None. html: the text as harmless HTML, where the site shows Markdown. edited_at: when its text was changed after readers
    had seen it. replies: the direct ones that readers see.
    """

    id: str
    parent_id: str | None
    author: Author | None
    text: str | None
    created_at: datetime
    status: str = "approved"
    edited_at: datetime | None = None
    picked: bool = False
    replies: int = 0
    html: str | None = None


@dataclass(frozen=True, slots=True)
class PageDefault(Answer):
    """What holds for the pages of a site. state: open | premoderated | closed. close_after_days: 0 never."""

    state: str
    close_after_days: int


@dataclass(frozen=True, slots=True)
class PageState(Answer):
    """What a page does with new comments: open | premoderated | closed. closes_at: by its age, None for never. opens_at: when the closed
    hours end that it is in, None for none.

    known: whether somebody has commented there, or set something. own_state, own_days: what is set for this
    page, None as the site's.
    """

    page: Page
    known: bool
    state: str
    closes_at: datetime | None
    own_state: str | None = field(metadata={AT: ("set", "state")})
    own_days: int | None = field(metadata={AT: ("set", "close_after_days")})
    default: PageDefault
    opens_at: datetime | None = None
