"""The async client's calls for writers and readers, and for the rules that a site has for them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from gatehouse_client import reader_calls
from gatehouse_client.aio_calls import AsyncCalls
from gatehouse_client.answers import Expiring
from gatehouse_client.reader_answers import (
    Appeal,
    LegalNotice,
    NoticeStatus,
    NoticeTaken,
    OwnComment,
    ReaderRules,
    Report,
    SiteReason,
    Statement,
)


class AsyncReaders(AsyncCalls):
    """What AsyncGatehouse has for writers and readers."""

    async def edit(self, comment_id: str, author_token: str, text: str) -> OwnComment:
        """Gives a comment another text for its author, who has the receipt's token; it is judged again.

        ApiError 409 where it is too late, or it was removed.
        """
        return await self.send(reader_calls.edit(comment_id, author_token, text))

    async def withdraw(self, comment_id: str, author_token: str) -> None:
        """Takes a comment away from readers for its author, who has the receipt's token."""
        await self.send(reader_calls.withdraw(comment_id, author_token))

    async def own_comment(self, comment_id: str, author_token: str) -> OwnComment:
        """A comment as its author may see it, who has the receipt's token, with what became of an appeal."""
        return await self.send(reader_calls.own_comment(comment_id, author_token))

    async def appeal(self, comment_id: str, author_token: str, text: str = "") -> OwnComment:
        """Asks for its author that another person looks again at the decision against a comment; once for each.

        ApiError 409 where there is none, or it was appealed before.
        """
        return await self.send(reader_calls.appeal(comment_id, author_token, text))

    def appeals(self, state: str = "open", *, size: int = 100) -> AsyncIterator[Appeal]:
        """The appeals that are open, upheld, overturned or closed, the oldest first, `size` at a time (1 to 100)."""
        return self._pages(reader_calls.appeals(state, size))

    async def decide_appeal(self, appeal_id: str, outcome: str, note: str = "") -> Appeal:
        """Answers an appeal: uphold lets the decision stand, overturn approves the comment. note: to its writer.

        ApiError 409 where it is answered, or where this key made the decision itself.
        """
        return await self.send(reader_calls.decide_appeal(appeal_id, outcome, note))

    async def send_notice(
        self,
        comment_id: str,
        why: str,
        *,
        name: str = "",
        email: str = "",
        child_abuse: bool = False,
    ) -> NoticeTaken:
        """Notifies the site of illegal content, in good faith; no key is sent. name, email: left out only for child_abuse."""
        return await self.send(reader_calls.send_notice(comment_id, why, name, email, child_abuse))

    def notices(self, state: str = "open", *, size: int = 100) -> AsyncIterator[LegalNotice]:
        """The notices of illegal content that are open, removed, kept or gone, the longest waiting first."""
        return self._pages(reader_calls.notices(state, size))

    async def notice_status(self, notice_id: str, token: str) -> NoticeStatus:
        """What became of a notice, for whoever has the receipt's token."""
        return await self.send(reader_calls.notice_status(notice_id, token))

    async def appeal_notice(self, notice_id: str, token: str, text: str = "") -> NoticeStatus:
        """Asks for whoever sent a notice that another person looks again at the decision that kept the comment.

        ApiError 409 where there is none, or it was appealed before.
        """
        return await self.send(reader_calls.appeal_notice(notice_id, token, text))

    def statements(
        self, since: datetime | None = None, *, size: int = 100
    ) -> AsyncIterator[Statement]:
        """The statements of reasons for what was decided against comments, the oldest first, `size` at a time.

        since: aware; None for all.
        """
        return self._pages(reader_calls.statements(since, size))

    async def report(
        self,
        comment_id: str,
        reason: str,
        *,
        note: str = "",
        ip: str = "",
        reader_id: str = "",
        browser_token: str = "",
    ) -> None:
        """Passes a reader's report of a public comment on: spam, abuse, hate, threat, privacy, misleading, off_topic,
        illegal or other.

        note: up to 500 characters. ip, reader_id, browser_token: the reader, who counts once; reader_id is the
        site's own of whoever is logged in. Readers of whom nothing is said count as one.
        """
        await self.send(reader_calls.report(comment_id, reason, note, ip, reader_id, browser_token))

    def reports(self, comment_id: str, *, size: int = 100) -> AsyncIterator[Report]:
        """What readers reported of a comment, first to last, fetched `size` at a time (1 to 100)."""
        return self._pages(reader_calls.reports(comment_id, size))

    async def reader_rules(self) -> ReaderRules:
        """How long the site's writers may change comments, and what readers' reports do."""
        return await self.send(reader_calls.reader_rules())

    async def set_reader_rules(
        self,
        edit_minutes: int,
        hold_after_reports: int,
        *,
        markdown: bool = False,
        forewarn: bool = False,
        proof_of_work: int = 0,
        website: bool = False,
    ) -> ReaderRules:
        """Sets all of them. edit_minutes: 0 for never. hold_after_reports: of so many readers, 0 for never. proof_of_work: 0 for
        none. website: whether writers are asked for theirs, and their names lead there.
        """
        return await self.send(
            reader_calls.set_reader_rules(
                edit_minutes, hold_after_reports, markdown, forewarn, proof_of_work, website
            )
        )

    async def retention(self) -> dict[str, int | None]:
        """Days that comments of each status are kept: 0 for ever, None as the installation does."""
        return await self.send(reader_calls.retention())

    async def set_retention(self, **days: int | None) -> dict[str, int | None]:
        """Sets all of them: approved, held, rejected, spam, withdrawn. What has had its term is erased, for good."""
        return await self.send(reader_calls.set_retention(days))

    async def preview_retention(self, **days: int | None) -> list[Expiring]:
        """What set_retention() with the same days would erase now; sets nothing."""
        return await self.send(reader_calls.preview_retention(days))

    async def site_reasons(self) -> list[SiteReason]:
        """The reasons that decisions may have, in the site's order."""
        return await self.send(reader_calls.site_reasons())

    async def set_site_reasons(self, reasons: Sequence[SiteReason]) -> list[SiteReason]:
        """Replaces that list. Decisions made before keep their reasons."""
        return await self.send(reader_calls.set_site_reasons(reasons))
