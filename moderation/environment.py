"""Reads the settings from the environment, once; an invalid one stops the start with one sentence."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from moderation.domain.address import parse_allow, parse_networks
from moderation.domain.errors import Invalid
from moderation.settings import PREFIX, Settings, SettingsError

# Names without the prefix, as hosting platforms set them; the prefixed ones win.
_UNPREFIXED = {"DATABASE_URL", "REDIS_URL"}
_BROKERS = ("redis://", "rediss://", "redis+socket://", "unix://")
# Read by the client and `gatehouse comment`: no settings of the service, but not misspelt ones either.
_CLIENT_NAMES = {"GATEHOUSE_URL", "GATEHOUSE_KEY"}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError with one sentence.

    Entry points use startup.checked_settings, which also checks the policy and the models.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, str] = {}
    for field in Settings.model_fields:
        name = field.upper()
        for key in (PREFIX + name, name) if name in _UNPREFIXED else (PREFIX + name,):
            if path := environment.get(key + "_FILE"):
                try:
                    values[field] = Path(path).read_text(encoding="utf-8").strip()
                except OSError as error:
                    raise SettingsError(f"{key}_FILE cannot be read: {error.strerror}.") from None
                except UnicodeDecodeError:
                    raise SettingsError(f"{key}_FILE cannot be read: it is not text.") from None
                break
            if key in environment:
                values[field] = environment[key]
                break
    setting_names = {PREFIX + field.upper() for field in Settings.model_fields} | _CLIENT_NAMES
    for key in environment:
        if (
            key.startswith(PREFIX)
            and key not in setting_names
            and key.removesuffix("_FILE") not in setting_names
        ):
            raise SettingsError(f"{key} is not a setting of Gatehouse; see docs/settings.md.")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    _check(settings)
    return settings


_WANTED = {
    "int_parsing": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "bool_parsing": "true or false is wanted",
    "greater_than": "more than {gt} is wanted",
    "greater_than_equal": "{ge} or more is wanted",
    "less_than_equal": "{le} or less is wanted",
    "string_pattern_mismatch": "it is not written as it must be",
}


def _sentence(error: ValidationError) -> str:
    """Which setting is wrong and what belongs there; never what was there, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    field = str(first["loc"][0])
    wanted = _WANTED.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    said = wanted.format_map(first.get("ctx", {})) if first["type"] in _WANTED else wanted
    described = Settings.model_fields[field]
    default = f"; by default {described.default}" if described.default else ""
    return (
        f"{PREFIX}{field.upper()} makes no sense: {said.rstrip('.')} "
        f"({described.description}{default})."
    )


# Who sets one of these alone expects something that does not happen.
_NEEDS = {
    "akismet_sites": "akismet_key",
    "oidc_client_id": "oidc_issuer",
    "oidc_client_secret": "oidc_issuer",
    "oidc_domains": "oidc_issuer",
    "oidc_roles": "oidc_issuer",
    "second_opinion_key": "second_opinion_url",
}


def _is_set(settings: Settings, field: str) -> bool:
    value = getattr(settings, field)
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _check(settings: Settings) -> None:
    if settings.data.exists() and not settings.data.is_dir():
        raise SettingsError("GATEHOUSE_DATA is not a folder.")
    for field, needed in _NEEDS.items():
        if _is_set(settings, field) and not _is_set(settings, needed):
            raise SettingsError(
                f"{PREFIX}{field.upper()} does nothing without {PREFIX}{needed.upper()}."
            )
    secret = settings.secret_key.get_secret_value()
    if secret and len(secret) < 32:
        raise SettingsError("GATEHOUSE_SECRET_KEY is shorter than 32 characters.")
    if not settings.database.startswith(("sqlite", "postgresql+psycopg://")):
        raise SettingsError("GATEHOUSE_DATABASE_URL must begin with postgresql:// or sqlite:///.")
    if settings.redis_url and not settings.redis_url.startswith(_BROKERS):
        raise SettingsError(f"GATEHOUSE_REDIS_URL must begin with one of {', '.join(_BROKERS)}.")
    if settings.redis_url.startswith(("redis://", "rediss://")):
        try:
            _ = urlsplit(settings.redis_url).port
        except ValueError:  # it quotes what stands there, which may be a password
            raise SettingsError(
                "GATEHOUSE_REDIS_URL is written redis://:password@host:6379/0; "
                "in a password /, ? and # are written %2F, %3F and %23."
            ) from None
    try:
        parse_allow(settings.webhook_allow)
    except Invalid:
        raise SettingsError("GATEHOUSE_WEBHOOK_ALLOW is a list of host:port.") from None
    try:
        parse_networks(settings.trusted_proxies)
    except ValueError:
        raise SettingsError("GATEHOUSE_TRUSTED_PROXIES lists addresses or networks.") from None
    mail = settings.mail_url.get_secret_value()
    if mail and not re.match(r"mailtos?://[^/?]", mail):
        raise SettingsError(
            "GATEHOUSE_MAIL_URL is written mailtos://user:password@host, or mailto://."
        )
    if settings.lists and not Path(settings.lists).is_dir():
        raise SettingsError("GATEHOUSE_LISTS is not a folder.")
    if settings.lease_seconds <= settings.scorer_timeout:
        raise SettingsError("GATEHOUSE_LEASE_SECONDS must be longer than GATEHOUSE_SCORER_TIMEOUT.")
