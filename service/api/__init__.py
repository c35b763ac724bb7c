"""The native API under /api/v1, and the operator's /healthz, /readyz and /metrics."""
