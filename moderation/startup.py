"""The start of a process: checks its settings, with the policy and the models that they name."""

from collections.abc import Mapping

from moderation.domain.errors import Invalid
from moderation.policies import load_policy
from moderation.scorers.models.model_names import Models, available_cores, check_model
from moderation.settings import Settings, SettingsError, read_settings


def checked_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, as read_settings, with their policy and models checked too.

    Raises SettingsError with one sentence.
    """
    settings = read_settings(environment)
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
