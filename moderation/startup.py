"""The start of a process: checks its settings, with the policy and the models that they name."""

from collections.abc import Mapping
from importlib.util import find_spec

from moderation.broker import check_broker
from moderation.domain.errors import Invalid
from moderation.environment import read_settings
from moderation.policies import load_policy
from moderation.scorers.models.model_names import Models, available_cores, check_model
from moderation.settings import Settings, SettingsError


def checked_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, as read_settings, with their policy and models checked too.

    Raises SettingsError with one sentence.
    """
    settings = read_settings(environment)
    try:
        if settings.database_url:
            from moderation.store.sql.database_url import check_database_url

            check_database_url(settings.database)
        if settings.redis_url:
            check_broker(settings.redis_url)
    except Invalid as error:
        raise SettingsError(error.message) from None
    try:
        load_policy(settings.policy)
    except Invalid as error:
        raise SettingsError(f"GATEHOUSE_POLICY makes no sense: {error.message}") from None
    try:
        check_model(settings.toxicity_model)
    except Invalid:
        raise SettingsError(
            "GATEHOUSE_TOXICITY_MODEL is 'bundled' or 'detoxify:<name or path>'."
        ) from None
    try:
        if settings.multilingual_model:
            check_model(settings.multilingual_model, detoxify_only=True)
    except Invalid:
        raise SettingsError("GATEHOUSE_MULTILINGUAL_MODEL is 'detoxify:<name or path>'.") from None
    if settings.oidc_issuer:
        if not settings.oidc_client_id:
            raise SettingsError("GATEHOUSE_OIDC_ISSUER needs GATEHOUSE_OIDC_CLIENT_ID.")
        if find_spec("authlib") is None:
            raise SettingsError(
                "GATEHOUSE_OIDC_ISSUER needs the extra `oidc`: make env EXTRAS=oidc, or pip install '.[oidc]'."
            )
    return settings


def models_of(settings: Settings) -> Models:
    """The toxicity models of this process."""
    return Models(
        settings.toxicity_model,
        settings.multilingual_model,
        settings.model_fallback,
        settings.model_runtime,
        settings.data / "models",
        settings.model_threads or available_cores(),
        settings.cascade,
    )
