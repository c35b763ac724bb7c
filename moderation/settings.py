"""Every setting with its description, default and bounds; moderation/environment.py reads them."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from moderation.domain.errors import Invalid
from moderation.domain.provider import parse_group_roles
from moderation.domain.rate_limit import checked_limit
from moderation.domain.roles import Role

PREFIX = "GATEHOUSE_"
_ROLE = "|".join(Role)


class SettingsError(Exception):
    """A setting is invalid; the message is one sentence that names it."""


def _is_limit(text: str) -> str:
    try:
        return checked_limit(text)
    except Invalid as error:
        raise ValueError(error.message) from None


def _gives_roles(text: str) -> str:
    try:
        parse_group_roles(text)
    except Invalid as error:
        raise ValueError(error.message) from None
    return text


def _as_browsers_write_it(url: str) -> str:
    """An origin as browsers write it: they leave out :80 of http and :443 of https."""
    scheme = url.partition(":")[0]
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("a port is a number up to 65535") from None
    return url.removesuffix({"http": ":80", "https": ":443"}[scheme])


RateLimit = Annotated[str, AfterValidator(_is_limit)]


class Settings(BaseModel):
    """Every setting, with its default. The environment names are GATEHOUSE_ and the upper-case name;
    GATEHOUSE_<NAME>_FILE reads the value from a file instead, such as a container's secret.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    data: Path = Path("gatehouse-data")
    """Folder for the database, the broker and secrets"""
    database_url: str = ""
    """postgresql://... ; empty: SQLite in the data folder"""
    redis_url: str = ""
    """redis://, rediss://, redis+socket:// or unix://; empty: `gatehouse up` starts its own server"""
    public_url: Annotated[str, AfterValidator(_as_browsers_write_it)] = Field(
        "http://127.0.0.1:8000", pattern=r"^https?://[^/?#@\s]+$"
    )
    """Where browsers reach this service, without a path"""
    host: str = "127.0.0.1"
    """Address the API listens on"""
    port: int = Field(8000, ge=0, le=65535)
    """Port the API listens on"""
    secret_key: SecretStr = SecretStr("")
    """At least 32 characters; empty: generated in the data folder at first start"""
    toxicity_model: str = "bundled"
    """bundled, or detoxify:<name or path of a checkpoint>"""
    multilingual_model: str = ""
    """detoxify:<name or path>, for comments in languages that the toxicity model does not know; empty: those are held"""
    model_fallback: str = Field("", pattern="^(|bundled)$")
    """bundled: serves, and reports it, while the toxicity model is not on this machine; empty: comments are held meanwhile"""
    model_runtime: str = Field("auto", pattern="^(auto|onnx|torch)$")
    """onnx: a model converted by `gatehouse model add`; torch: the Detoxify library; auto: onnx if it was converted, else torch"""
    model_threads: int = Field(0, ge=0, le=256)
    """Threads of the toxicity model in one process; 0: the cores divided by the processes of the worker"""
    cascade: float = Field(0.0, ge=0, le=0.5)
    """The bundled model skips its transformer where its linear half gives every label less than this (0: never)"""
    policy: str = "newsroom"
    """Profile in moderation/policies for sites without their own, or a path to a TOML file"""
    scorer_timeout: float = Field(20.0, gt=0, le=600)
    """Seconds one scorer may take for a batch before it counts as hung"""
    lease_seconds: float = Field(60.0, gt=0, le=3600)
    """Seconds a worker may keep claimed work before another may take it"""
    judge_batch: int = Field(64, ge=1, le=1000)
    """Comments claimed at once by a worker"""
    sweep_seconds: float = Field(2.0, gt=0, le=3600)
    """Seconds between sweeps for lost doorbells and due work"""
    limit_address: RateLimit = "10/minute"
    """Submissions per client address (IPv4) or /64 (IPv6)"""
    limit_report: RateLimit = "10/minute"
    """Reports of comments per client address (IPv4) or /64 (IPv6)"""
    limit_site: RateLimit = "60000/minute"
    """Submissions per site"""
    limit_global: RateLimit = "120000/minute"
    """Submissions in all"""
    limit_login: RateLimit = "10/15 minutes"
    """Failed log-ins per address or known browser; five times as many per account"""
    second_factor: str = Field("", pattern=rf"^(({_ROLE})(, ?({_ROLE}))*)?$")
    """Comma-separated roles that must log in with a second factor (editor, admin); empty: nobody must"""
    oidc_issuer: str = Field(
        "",
        pattern=r"^(|https://[^/\s@?#]+(/[^\s?#]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?)$",
    )
    """OpenID Connect provider that people may log in with, as it names itself (https://id.news.example/realms/news); needs the extra `oidc`; empty: none (docs/people.md)"""
    oidc_client_id: str = Field("", max_length=300)
    """Gatehouse's id at that provider"""
    oidc_client_secret: SecretStr = SecretStr("")
    """Gatehouse's secret at that provider; empty: it has none, PKCE alone"""
    oidc_name: str = Field("single sign-on", min_length=1, max_length=60)
    """What people call that provider"""
    oidc_scopes: str = Field("openid email", pattern=r"^openid( [!-~]+)*$")
    """Scopes that are asked of that provider; some send groups only with a scope of their own"""
    oidc_domains: str = Field("", pattern=r"^[A-Za-z0-9.@, -]*$")
    """Comma-separated domains of e-mails that may log in with that provider (news.example); empty: all"""
    oidc_groups_claim: str = Field("groups", min_length=1, max_length=100)
    """The claim of the ID token that lists a person's groups"""
    oidc_roles: Annotated[str, AfterValidator(_gives_roles)] = ""
    """Comma-separated roles that members of the provider's groups get on sites where they have none (news-desk=editor@site_...); empty: nobody gets a role without an invitation"""
    limit_face: RateLimit = "6000/minute"
    """Calls of one site to one compatible API, unless `gatehouse face on --limit` sets another"""
    limit_guess: RateLimit = "30/15 minutes"
    """Unknown keys per address, at the compatible APIs"""
    face_deadline: float = Field(0.7, gt=0, le=60)
    """Seconds a compatible API waits for scores before it answers 429 (Coral gives up after 0.8)"""
    perspective_strict: bool = False
    """Refuse a whole Perspective call for one attribute that is unknown, or that the model has no label for, as Google does; otherwise the rest is answered"""
    akismet_wait: float = Field(0.7, gt=0, le=10)
    """Seconds an Akismet check waits for its decision (one client gives up after 1.0)"""
    trusted_proxies: str = ""
    """Comma-separated addresses or networks whose X-Forwarded-For is believed"""
    body_limit: int = Field(512 * 1024, ge=1024, le=16 * 1024 * 1024)
    """Bytes of a request body"""
    streams: int = Field(500, ge=0, le=100_000)
    """Open pages that an API process tells of changes at once; the others ask every few seconds, as all do with 0"""
    receipt_seconds: float = Field(10.0, gt=0, le=300)
    """Seconds a client may take to send one request"""
    personal_days: int = Field(30, ge=1, le=3650)
    """Days until a commenter's address, user agent and token are forgotten"""
    author_days: int = Field(180, ge=0, le=400)
    """Days a browser keeps the token that identifies its author; 0: none is issued"""
    idempotency_hours: int = Field(72, ge=24, le=720)
    """Hours an Idempotency-Key is remembered (72: a Friday fault survives the weekend)"""
    feedback_days: int = Field(365, ge=1, le=3650)
    """Days that scores suggested by Perspective clients are kept, with their texts"""
    spam_days: int = Field(0, ge=0, le=3650)
    """Days until comments filed as spam are erased; 0: they are kept until somebody looks"""
    lists: str = ""
    """Folder with external lists (*.txt: domains, addresses, networks, e-mails known for spam); empty: none"""
    dns_lists: str = Field("", pattern=r"^[A-Za-z0-9._, -]*$")
    """Comma-separated DNS block lists that workers ask about linked domains (multi.surbl.org); empty: none"""
    akismet_key: SecretStr = SecretStr("")
    """Key for Akismet, which workers then ask about comments; empty: Akismet is not used (docs/spam.md lists what is sent)"""
    akismet_sites: str = Field("", pattern=r"^[a-z0-9_, ]*$")
    """Comma-separated ids of the sites whose comments Akismet is asked about; empty: every site"""
    akismet_url: str = Field("https://rest.akismet.com", pattern=r"^https?://[^/]+/?$")
    """Address of Akismet's API"""
    second_opinion_url: str = Field("", pattern=r"^(|https?://[^/\s@?#]+(/[^\s?#]*)?)$")
    """OpenAI-compatible chat endpoint that the courier asks about held comments of sites that allow it (http://127.0.0.1:11434/v1); may be a private address; empty: none (docs/second-opinion.md)"""
    second_opinion_model: str = Field("llama3.1", min_length=1, max_length=100, pattern=r"^[!-~]+$")
    """Name of the model at that endpoint"""
    second_opinion_key: SecretStr = SecretStr("")
    """API key for that endpoint; empty: none is sent"""
    second_opinion_timeout: float = Field(30.0, gt=0, le=600)
    """Seconds that the endpoint may take for one request"""
    second_opinion_requests: int = Field(1_000, ge=0)
    """Requests to the endpoint in one day (UTC), at most"""
    second_opinion_tokens: int = Field(1_000_000, ge=0)
    """Tokens read and written in one day (UTC), as the endpoint counts them; when they are used up nothing is asked until the next day"""
    webhook_allow: str = ""
    """Comma-separated host:port that webhooks may reach although they are not public (development)"""
    webhook_timeout: float = Field(20.0, gt=0, le=30)
    """Seconds one delivery attempt may take in all (Standard Webhooks: 15 to 30)"""
    webhook_schedule_scale: float = Field(1.0, gt=0, le=10)
    """Multiplies the delays of the retry schedule (tests use less than 1)"""
    audit_days: int = Field(730, ge=30, le=3650)
    """Days that the audit keeps what was changed, by whom"""
    webhook_days: int = Field(30, ge=7, le=3650)
    """Days until events and their deliveries are deleted, dead ones too"""
    mail_url: SecretStr = SecretStr("")
    """Mail server for notices to moderators, as an Apprise URL (mailtos://user:password@smtp.news.example?from=gatehouse@news.example); empty: none"""
    digest_hour: int = Field(7, ge=0, le=23)
    """Hour of the day (UTC) at which channels get the digest of the queue"""
    metrics_token: SecretStr = SecretStr("")
    """Bearer token for /metrics; empty: the one that `gatehouse metrics-token` prints"""
    log_level: str = Field("INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    """DEBUG, INFO, WARNING or ERROR"""

    @property
    def dns_zones(self) -> tuple[str, ...]:
        """The DNS block lists to ask, each once."""
        zones = (zone.strip(" .").lower() for zone in self.dns_lists.split(","))
        return tuple(dict.fromkeys(filter(None, zones)))

    @property
    def akismet_site_ids(self) -> frozenset[str]:
        """The sites whose comments Akismet is asked about, where a key is set; empty: every site."""
        return frozenset(filter(None, map(str.strip, self.akismet_sites.split(","))))

    def asks_akismet(self, site_id: str) -> bool:
        """Whether Akismet is asked about a site's comments."""
        if not self.akismet_key.get_secret_value():
            return False
        return not self.akismet_site_ids or site_id in self.akismet_site_ids

    @property
    def second_opinion_asked(self) -> str:
        """The model that is asked for second opinions; '' where none is."""
        return self.second_opinion_model if self.second_opinion_url else ""

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database in use."""
        if not self.database_url:
            return f"sqlite+pysqlite:///{(self.data / 'gatehouse.db').absolute()}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def broker(self) -> str:
        """The broker's URL; where none is set, the socket that `gatehouse up` opens in the data folder."""
        if self.redis_url:
            return self.redis_url
        return f"redis+socket://{(self.data / 'broker.sock').absolute()}?virtual_host=0"

    def master_secret(self) -> bytes:
        """The secret from which all keys are derived; where none is set, created in the data folder, mode 600.

        Raises SettingsError.
        """
        if secret := self.secret_key.get_secret_value():
            return secret.encode()
        self.make_data_folder()
        path = self.data / "secret.key"
        try:
            with suppress(FileExistsError):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w") as file:
                    file.write(secrets.token_urlsafe(48))
            return path.read_bytes().strip()
        except OSError as error:
            raise SettingsError(
                f"{path} cannot be used: {error.strerror}; GATEHOUSE_SECRET_KEY may be set instead."
            ) from None

    def make_data_folder(self) -> None:
        """Makes the data folder where there is none. Raises SettingsError."""
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(
                f"GATEHOUSE_DATA, {self.data}, cannot be used: {error.strerror}."
            ) from None
