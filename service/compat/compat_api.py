"""What every compatible API has: keys, limits, errors in its own shape, metrics."""

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

log = logging.getLogger("gatehouse.compat")

Handler = Callable[[Request], Awaitable[Response]]

_TOKEN_LIMIT = 200  # ours have at most 44 characters
# Akismet's keys have 48 bits: the only ones that could be guessed.
_SHORT_KEY = re.compile(r"[0-9a-f]{12}")


class Internal(GatehouseError):
    """An error of ours; the log has the details."""

    code = "internal"


class CompatApiOff(Forbidden):
    """The key is valid, but its site has not switched this API on."""

    code = "face_off"


class CompatApi:
    """One API of another service.

    name: as in the table site_faces. error_response: makes the answer to any error, in the API's own
    shape. browsers: whether the site's pages may call it with the publishable key.
    routes: for the app to serve.
    """

    def __init__(
        self,
        name: str,
        error_response: Callable[[GatehouseError], Response],
        *,
        browsers: bool = False,
    ) -> None:
        self.name = name
        self.routes: list[Route] = []
        self._error_response = error_response
        self._browsers = browsers

    def call(
        self,
        path: str,
        *methods: str,
        error_response: Callable[[GatehouseError], Response] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Serves a path with the decorated handler; metrics count its calls under its name.

        error_response: the answer to any error of this call, where it is not the API's usual one.
        """

        def register(handler: Handler) -> Handler:
            async def guarded(request: Request) -> Response:
                request.scope["route"] = route  # for the access log and its metrics
                return await self._answer(handler, request, error_response or self._error_response)

            route = Route(path, guarded, methods=list(methods))
            self.routes.append(route)
            return handler

        return register

    async def admit(self, request: Request, token: str) -> Key:
        """The key behind `token`, counted against its limit.

        Any of the site's secret keys is valid for every API that is on, a key of the API for this one.
        Raises Unauthenticated for an unknown key, TooMany for a guesser and past the limit, CompatApiOff,
        and Forbidden for pages of other origins.
        """
        key = await self._find(request, token)
        if key is None or key.kind not in (SECRET, self.name, PUBLISHABLE):
            raise Unauthenticated("The key is not known.")
        if key.is_site_closed:
            raise CompatApiOff("The site is closed.")
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
        """Looks a key up. An address that guesses too much gets no answer, not even to a right guess."""
        state = request.app.state
        if not token or len(token) > _TOKEN_LIMIT or not token.isascii():
            return None
        address = client_address(request, state.trusted) if _SHORT_KEY.fullmatch(token) else ""
        if not address:
            return await _look_up(request, token)
        guesser = state.store.crypto.address_key(flood_unit(address))
        attempt = (guesser, key_digest(token))
        if attempt not in state.accepted_keys:
            await state.limits.check("guess", guesser)
        key = await _look_up(request, token)
        if key is None:
            state.accepted_keys.pop(attempt, None)
            await state.limits.allow("guess", guesser)
            return None
        # Wrong keys from the same address do not lock this one out.
        state.accepted_keys[attempt] = None
        return key

    async def _answer(
        self,
        handler: Handler,
        request: Request,
        error_response: Callable[[GatehouseError], Response],
    ) -> Response:
        began = time.perf_counter()
        try:
            answer = await handler(request)
        except GatehouseError as error:
            answer = error_response(error)
        except Exception as error:
            log.error(
                "unexpected error",
                extra={"face": self.name, "request_id": request.scope.get("request_id", "")},
                exc_info=error,
            )
            answer = error_response(Internal("Something went wrong here; it was logged."))
        metrics.face_answers.labels(self.name, handler.__name__, answer.status_code).inc()
        metrics.face_seconds.labels(self.name).observe(time.perf_counter() - began)
        return answer


async def _look_up(request: Request, token: str) -> Key | None:
    key: Key | None = await request.app.state.keys.find(token)
    return key
