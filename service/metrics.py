"""The service's metrics for Prometheus; labels are routes and codes, never what people sent."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

requests = Counter(
    "gatehouse_requests", "Answered requests", ["route", "method", "status"], registry=registry
)
# Bounds around the targets: accepting a comment takes some 10 ms, a queue page up to 200 ms.
seconds = Histogram(
    "gatehouse_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5),
    registry=registry,
)
pending = Gauge("gatehouse_pending", "Revisions waiting for a decision", registry=registry)
pending_age = Gauge(
    "gatehouse_pending_oldest_seconds", "Age of the oldest of them", registry=registry
)
deliveries_due = Gauge("gatehouse_deliveries_due", "Deliveries not yet made", registry=registry)
endpoints = Gauge(
    "gatehouse_endpoints",
    "Endpoints and channels in trouble: 'disabled' though nobody did it by hand, 'failing' now",
    ["state"],
    registry=registry,
)
workers = Gauge("gatehouse_workers", "Workers heard of in the last 30 s", registry=registry)
second_opinions = Gauge(
    "gatehouse_second_opinions",
    "Questions for second opinions since counting began: 'asked' (requests), 'answered', 'known' (the same was asked before),"
    " 'approved', and failures by kind",
    ["result"],
    registry=registry,
)
second_opinions_waiting = Gauge(
    "gatehouse_second_opinions_waiting", "Questions that wait", registry=registry
)
second_opinion_budget = Gauge(
    "gatehouse_second_opinion_budget_left",
    "What is left of the day's budget: 'requests', 'tokens'",
    ["unit"],
    registry=registry,
)
second_opinion_paused = Gauge(
    "gatehouse_second_opinion_paused",
    "1 while the endpoint is left alone, as it failed or asked for it",
    registry=registry,
)
face_answers = Counter(
    "gatehouse_face_answers",
    "Answers of a compatible API",
    ["face", "call", "status"],
    registry=registry,
)
# Around the target of 200 ms and the 800 ms after which Coral gives up.
face_seconds = Histogram(
    "gatehouse_face_seconds",
    "Time to answer at a compatible API",
    ["face"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 2),
    registry=registry,
)
scoring_waiting = Gauge(
    "gatehouse_scoring_waiting", "Callers whose texts wait to be scored", registry=registry
)
scoring_seconds = Histogram(
    "gatehouse_scoring_seconds",
    "Time a caller waited for scores",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5),
    registry=registry,
)
scoring_batch = Histogram(
    "gatehouse_scoring_batch",
    "Texts scored at once",
    buckets=(1, 2, 4, 8, 16, 32),
    registry=registry,
)
scoring_refused = Counter(
    "gatehouse_scoring_refused",
    "Callers refused: 'full' at once, 'late' after the deadline",
    ["why"],
    registry=registry,
)
