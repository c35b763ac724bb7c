"""What every face has: a key that opens it, its limits, its own wording of errors, its counts."""

import logging
import re
import time
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.routing import Route

from moderation.domain.errors import Forbidden, GatehouseError, Unauthenticated
from moderation.store.sites import PUBLISHABLE, SECRET, Key, key_digest
from service import metrics
from service.access.keys import is_origin_of
from service.http.client_address import client_address, flood_unit

log = logging.getLogger("gatehouse.commands.compat")

Handler = Callable[[Request], Awaitable[Response]]

_TOKEN_LIMIT = 200  # ours have at most 44 characters
# Akismet's keys have 48 bits: the only ones that could be found by trying.
_SHORT_KEY = re.compile(r"[0-9a-f]{12}")


class Internal(GatehouseError):
    """Our fault; the log has the rest."""

    code = "internal"


class CompatApiOff(Forbidden):
    """The key is good, but its site has not switched this face on."""

    code = "face_off"


class CompatApi:
    """One foreign protocol.

    name: as in site_faces. refuse: an error in the protocol's own shape; it gets every error, ours
    included. browsers: whether pages of the site may call it with the publishable key.
    routes: what the app serves.
    """

    def __init__(
        self, name: str, refuse: Callable[[GatehouseError], Response], *, browsers: bool = False
    ) -> None:
        self.name = name
        self.routes: list[Route] = []
        self._refuse = refuse
        self._browsers = browsers

    def call(self, path: str, *methods: str) -> Callable[[Handler], Handler]:
        """Serves a path with the decorated handler, whose name is the call's in metrics."""

        def register(handler: Handler) -> Handler:
            async def guarded(request: Request) -> Response:
                request.scope["route"] = route  # for the access log and its metrics
                return await self._answer(handler, request)

            route = Route(path, guarded, methods=list(methods))
            self.routes.append(route)
            return handler

        return register

    async def admit(self, request: Request, token: str) -> Key:
        """The key behind `token`, counted against its limit.

        Any of the site's secret keys opens every face that is on; a key of the face opens this one.
        Raises Unauthenticated for an unknown key, TooMany for a guesser and past the limit, FaceOff,
        and Forbidden for a page of somebody else's.
        """
        key = await self._find(request, token)
        if key is None or key.kind not in (SECRET, self.name, PUBLISHABLE):
            raise Unauthenticated("The key is not known.")
        if self.name not in key.faces:
            raise CompatApiOff(f"The site has not switched on '{self.name}'.")
        if key.kind == PUBLISHABLE and not self._browsers:
            raise Forbidden("This needs a key that is not public.")
        # A browser always says where a script comes from; servers send no Origin.
        from_page = key.kind == PUBLISHABLE or "origin" in request.headers
        if from_page and not is_origin_of(request, key.origins):
            raise Forbidden("Pages may call this only from the site's own origins.")
        await request.app.state.limits.admit_call(key.site_id, self.name, key.faces[self.name])
        return key

    async def _find(self, request: Request, token: str) -> Key | None:
        """Looks a key up. An address that guesses too much is not even told when it is right."""
        state = request.app.state
        if not token or len(token) > _TOKEN_LIMIT or not token.isascii():
            return None
        address = client_address(request, state.trusted) if _SHORT_KEY.fullmatch(token) else ""
        if not address:
            known: Key | None = await state.keys.find(token)
            return known
        guesser = state.store.seal.address_key(flood_unit(address))
        visit = (guesser, key_digest(token))
        if visit not in state.welcome:
            await state.limits.check("guess", guesser)
        key: Key | None = await state.keys.find(token)
        if key is None:
            state.welcome.pop(visit, None)
            await state.limits.allow("guess", guesser)
            return None
        state.welcome[visit] = None  # a neighbour's wrong key does not shut this one out
        return key

    async def _answer(self, handler: Handler, request: Request) -> Response:
        began = time.perf_counter()
        try:
            answer = await handler(request)
        except GatehouseError as error:
            answer = self._refuse(error)
        except Exception as error:
            log.error(
                "unexpected error",
                extra={"face": self.name, "request_id": request.scope.get("request_id", "")},
                exc_info=error,
            )
            answer = self._refuse(Internal("Something went wrong here; it was logged."))
        metrics.face_answers.labels(self.name, handler.__name__, answer.status_code).inc()
        metrics.face_seconds.labels(self.name).observe(time.perf_counter() - began)
        return answer
