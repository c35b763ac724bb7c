"""What the API counts, for Prometheus; labels are routes and codes, never what people sent."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

requests = Counter(
    "gatehouse_requests", "Answered requests", ["route", "method", "status"], registry=registry
)
# Bounds around the aims of the design: an accept takes some 10 ms, a queue page up to 200 ms.
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
workers = Gauge("gatehouse_workers", "Workers heard of in the last 30 s", registry=registry)
