"""`gatehouse metrics-token`: what Prometheus must send."""

from gatehouse.database import checked_settings, open_store


def metrics_token() -> None:
    """Print the token that /metrics wants, for Prometheus."""
    settings = checked_settings()
    token = settings.metrics_token.get_secret_value()
    if not token:
        with open_store(settings) as store:
            token = store.crypto.metrics_token
    print(token)
