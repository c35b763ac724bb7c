"""Builds the app: opens the store, starts what works beside the requests, and adds the routes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from cachetools import LRUCache
from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from moderation.broker import client_url
from moderation.clock import now_ms
from moderation.domain.address import parse_networks
from moderation.doorbell import JUDGE, Doorbell
from moderation.notify.notifier import Notifier
from moderation.reading.thread_versions import answer_versions, versions_of
from moderation.settings import Settings
from moderation.startup import checked_settings, models_of
from moderation.store.sql.engine import Store
from service.access.keys import KeyRing, Origins
from service.access.limits import Limits
from service.access.provider import Provider
from service.api import (
    agreement,
    appeals,
    audit,
    author_filters,
    before_posting,
    bulk,
    campaigns,
    claims,
    comments,
    compat_apis,
    context,
    corrections,
    counts,
    docs_page,
    endpoints,
    filters,
    health,
    keys,
    learning,
    legal_notices,
    moderators,
    notes,
    open_comments,
    page_states,
    pages,
    people,
    picks,
    policies,
    proposals,
    queues,
    reader_rules,
    reports,
    reputation,
    retention,
    sample,
    search,
    second_opinion,
    shadow_policies,
    site_reasons,
    sites,
    statements,
    statistics,
    thread_events,
    threads,
    views,
)
from service.api.openapi import DESCRIPTION, DescribedApp
from service.compat.akismet.account_routes import api as akismet_account
from service.compat.akismet.routes import api as akismet
from service.compat.coral.routes import api as coral
from service.compat.openai.routes import api as openai
from service.compat.perspective.routes import api as perspective
from service.console.live import IN_ALL, OF_ONE_SESSION, QueueLook
from service.console.routes import router as console
from service.console.session import current_visitor
from service.embed.demo import router as demo
from service.embed.module import module as embed_module
from service.embed.notices import router as notices
from service.embed.routes import router as embed
from service.embed.status import router as writer_status
from service.front import router as front
from service.front import show_error
from service.http import errors
from service.http.event_stream import OpenStreams
from service.http.middleware import Middleware
from service.queues.decision_waiter import DecisionWaiter
from service.queues.filter_trials import FilterTrials
from service.queues.intake import Intake
from service.queues.kept_answers import KeptAnswers
from service.queues.synchronous_scoring import SynchronousScoring
from service.queues.watcher import Watcher

if TYPE_CHECKING:
    from moderation.scorers.pipeline import ScorerPipeline

_CACHE_LIMIT = 10_000  # entries of each; guessing must not fill the memory


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app of the API. Raises SettingsError when a setting makes no sense."""
    settings = settings or checked_settings()
    trusted = parse_networks(settings.trusted_proxies)
    store = Store(settings.database, settings.master_secret())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # What was opened last is closed first; if one close fails, the others still run.
        async with AsyncExitStack() as opened:
            opened.callback(store.close)
            opened.push_async_callback(app.state.keys.close)
            app.state.bell = bell = Doorbell(settings.broker)
            opened.push_async_callback(run_in_threadpool, bell.close)
            app.state.ring = bell.ring
            app.state.limits = Limits(settings)
            opened.push_async_callback(app.state.limits.close)
            app.state.waiting = DecisionWaiter(store, client_url(settings.broker))
            opened.push_async_callback(app.state.waiting.close)
            app.state.intake = Intake(
                store, partial(bell.ring, JUDGE), settings.personal_days, settings.asks_akismet
            )
            opened.push_async_callback(run_in_threadpool, app.state.intake.close)
            app.state.scoring = SynchronousScoring(
                partial(_pipeline, settings), settings.face_deadline
            )
            opened.push_async_callback(run_in_threadpool, app.state.scoring.close)
            app.state.thread_watcher = Watcher(
                lambda addresses: versions_of(store, addresses, now_ms())
            )
            opened.push_async_callback(app.state.thread_watcher.close)
            app.state.queue_watcher = Watcher(QueueLook(store))
            opened.push_async_callback(app.state.queue_watcher.close)
            yield

    app = DescribedApp(
        title="Gatehouse",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": "/"}],
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # service/api/docs_page.py: the stock page loads its scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead from the proxy's https to our http
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.trusted = trusted
    app.state.keys = KeyRing(store)
    app.state.provider = Provider(settings, store.crypto) if settings.oidc_issuer else None
    app.state.reader_streams = OpenStreams(settings.streams, thread_events.OF_ONE_ADDRESS)
    app.state.console_streams = OpenStreams(IN_ALL, OF_ONE_SESSION)
    app.state.filter_trials = FilterTrials()
    app.state.kept_answers = KeptAnswers(lambda named: answer_versions(store, named, now_ms()))
    app.state.embed_module = embed_module  # the console prints its hash
    app.state.current_visitor = current_visitor  # the demo shows moderators more
    # For compatible APIs: accepted (address, digest of a short key); endpoints by (site, callback, digest).
    app.state.accepted_keys = LRUCache(_CACHE_LIMIT)
    app.state.verdict_endpoints = LRUCache(_CACHE_LIMIT)
    app.state.channels = Notifier(
        settings.webhook_allow,
        settings.mail_url.get_secret_value(),
        settings.webhook_timeout,
        settings.public_url,
    )
    errors.install(app, show_error)
    for router in (
        # What readers ask for first: a route is sought from the beginning, and 200 others cost a millisecond.
        threads.router,
        counts.router,
        embed,
        thread_events.router,
        comments.router,
        reports.router,
        appeals.router,
        legal_notices.router,
        statements.router,
        queues.router,
        search.router,
        views.router,
        context.router,
        campaigns.router,
        claims.router,
        open_comments.router,
        picks.router,
        bulk.router,
        notes.router,
        corrections.router,
        page_states.router,
        pages.router,
        reader_rules.router,
        retention.router,
        before_posting.router,
        site_reasons.router,
        endpoints.router,
        filters.router,
        author_filters.router,
        policies.router,
        shadow_policies.router,
        statistics.router,
        second_opinion.router,
        people.router,
        reputation.router,
        learning.router,
        audit.router,
        moderators.router,
        keys.router,
        sites.router,
        compat_apis.router,
        proposals.router,
        sample.router,
        agreement.router,
        health.router,
        docs_page.router,
        console,
        writer_status,
        demo,
        notices,
        front,
        akismet,
        akismet_account,
        coral,
        openai,
        perspective,
    ):
        # As they are: to include a router, FastAPI makes every route of it a second time, at the first request.
        app.router.routes.extend(router.routes)
    app.router.routes.insert(0, comments.SUBMIT_ROUTE)
    app.add_api_route("/console", _redirect_to_console, include_in_schema=False)
    app.add_middleware(Middleware, owns_origin=Origins(store).has)
    return app


def _pipeline(settings: Settings) -> "ScorerPipeline":
    # Models and numpy, which only callers that wait for scores need.
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline

    pipeline = ScorerPipeline(build_scorers(models_of(settings)), settings.scorer_timeout)
    pipeline.load()
    return pipeline


def end_streams(app: FastAPI) -> None:
    """Lets all streams of events end, which would go on while the server waits for its answers to end."""
    for watcher in ("thread_watcher", "queue_watcher"):  # not there if the app did not start
        if found := getattr(app.state, watcher, None):
            found.end()


async def _redirect_to_console() -> Response:
    """For people who type /console. A path alone: only the browser knows whether it used https."""
    return RedirectResponse("/console/")
