"""Who asks about one comment: its writer, by the author_token of the receipt, or the site's server."""

from fastapi import Request

from moderation.domain.errors import Forbidden, Unauthenticated
from moderation.store.sites import Key
from service.access.keys import secret_caller


async def writer_or_server(request: Request, comment_id: str) -> Key | None:
    """The site's server, by its secret key; None for the writer of this comment, by the token of the receipt.

    Raises Unauthenticated or Forbidden.
    """
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    if not token.startswith("gha_"):
        return await secret_caller(request)
    if not request.app.state.store.crypto.is_author_token(token, comment_id):
        raise Unauthenticated("The token is not this comment's.")
    return None


async def writer(request: Request, comment_id: str) -> None:
    """Lets only the writer of this comment pass: what somebody wrote, nobody else may change."""
    if await writer_or_server(request, comment_id):
        raise Forbidden("Only its writer may change it, with the author_token of the receipt.")
