"""Answers about pages of a site and what stands on them."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse_client.answers import Author, Json, Page, known, moment, moment_or_none


@dataclass(frozen=True, slots=True)
class PublicComment:
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

    @classmethod
    def read(cls, data: Json) -> "PublicComment":
        author = known(Author, data["author"]) if data["author"] else None
        status = data.get("status", "approved")
        created_at = moment(data["created_at"])
        edited_at = moment(data["edited_at"]) if data.get("edited_at") else None
        return known(
            cls,
            data,
            author=author,
            created_at=created_at,
            status=status,
            edited_at=edited_at,
            html=data.get("html"),
        )


@dataclass(frozen=True, slots=True)
class PageDefault:
    """What holds for the pages of a site. state: open | premoderated | closed. close_after_days: 0 never."""

    state: str
    close_after_days: int

    @classmethod
    def read(cls, data: Json) -> "PageDefault":
        return known(cls, data)


@dataclass(frozen=True, slots=True)
class PageState:
    """What a page does with new comments: open | premoderated | closed. closes_at: by its age, None for never. opens_at: when the closed
    hours end that it is in, None for none.

    known: whether somebody has commented there, or set something. own_state, own_days: what is set for this
    page, None as the site's.
    """

    page: Page
    known: bool
    state: str
    closes_at: datetime | None
    own_state: str | None
    own_days: int | None
    default: PageDefault
    opens_at: datetime | None = None

    @classmethod
    def read(cls, data: Json) -> "PageState":
        return known(
            cls,
            data,
            page=known(Page, data["page"]),
            closes_at=moment_or_none(data["closes_at"]),
            opens_at=moment_or_none(data.get("opens_at")),
            own_state=data["set"]["state"],
            own_days=data["set"]["close_after_days"],
            default=PageDefault.read(data["default"]),
        )
