"""The OpenID Connect provider that people may log in with: the code flow with PKCE, and the ID token verified.

Authlib speaks the protocol and comes with the extra `oidc`; nothing of it is imported where no provider is set.
"""

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from moderation.domain.durations import MINUTE_MS
from moderation.domain.errors import Unauthenticated, Unavailable
from moderation.domain.provider import EMAIL_LIMIT, Known, parse_group_roles
from moderation.settings import Settings
from moderation.store.sql.crypto import Crypto

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

# What a provider may sign with: never `none`, nor a key that is shared.
ALGORITHMS = ["RS256", "ES256", "PS256", "RS384", "RS512", "ES384", "ES512"]
ATTEMPT_MS = 10 * MINUTE_MS  # to log in at the provider
_TIMEOUT = 10.0  # s
_KEPT = 3600.0  # s that the provider's description and keys are kept
_LEFT_ALONE = 5.0  # s after it did not answer
_LEEWAY = 60  # s that its clock may be off
_SEALED_FOR = "provider/attempt"
_STALE = "This log-in took too long, or began in another browser. Please try again."


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """Somebody on the way to the provider and back. wanted: the page that was asked for. expires_at: ms."""

    state: str
    nonce: str
    verifier: str
    wanted: str
    expires_at: int


class Provider:
    """One provider, as the settings name it."""

    def __init__(self, settings: Settings, crypto: Crypto) -> None:
        self.name = settings.oidc_name
        self.domains = frozenset(filter(None, map(_plain, settings.oidc_domains.split(","))))
        self.gives = parse_group_roles(settings.oidc_roles)
        self._settings = settings
        self._crypto = crypto
        self._redirect = f"{settings.public_url}/console/login/provider/back"
        self._lock = threading.Lock()
        self._described: Mapping[str, Any] = {}
        self._keys: Any = None
        self._read_at = self._failed_at = float("-inf")

    def begin(self, wanted: str, now: int) -> tuple[str, str]:
        """The URL at the provider, and the attempt as a cookie carries it, sealed. Raises Unavailable."""
        attempt = LoginAttempt(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(64),
            wanted,
            now + ATTEMPT_MS,
        )
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._description()["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        fields = {name: getattr(attempt, name) for name in LoginAttempt.__slots__}
        return url, self._crypto.encrypt(json.dumps(fields), _SEALED_FOR).hex()

    def attempt(self, sealed: str, state: str, now: int) -> LoginAttempt:
        """The attempt of this browser with this state. Raises Unauthenticated."""
        try:
            text = self._crypto.decrypt(bytes.fromhex(sealed), _SEALED_FOR)
        except ValueError:
            text = None
        found = LoginAttempt(**json.loads(text)) if text else None
        if found is None or found.expires_at <= now:
            raise Unauthenticated(_STALE)
        if not secrets.compare_digest(found.state.encode(), state.encode()):
            raise Unauthenticated(_STALE)
        return found

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Known:
        """Who came back, of whose ID token everything was verified. answer: the query that the provider sent along. Raises Unauthenticated,
        and Unavailable where the provider does not answer.
        """
        if "error" in answer or not answer.get("code"):
            raise Unauthenticated(f"{self.name} did not let you in.")
        if answer.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:  # RFC 9207
            raise self._untrue()
        described = self._description()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=attempt.verifier,
                )
            id_token = str(token["id_token"])
        except Exception as error:  # of several libraries; what they say may name a person
            raise self._unavailable() from error
        claims = self._verified(id_token, attempt.nonce)
        groups = claims.get(self._settings.oidc_groups_claim) or []
        email = claims.get("email")
        return Known(
            self._settings.oidc_issuer,
            claims["sub"],
            email.strip().lower()
            if isinstance(email, str) and "@" in email and len(email) <= EMAIL_LIMIT
            else "",
            claims.get("email_verified") is True,
            frozenset(group for group in groups if isinstance(group, str))
            if isinstance(groups, list)
            else frozenset(),
        )

    def _verified(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token (OpenID Connect Core 3.1.3.7). Raises Unauthenticated."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        client_id = self._settings.oidc_client_id
        wanted = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for is_last in (False, True):
            try:
                claims = jwt.decode(
                    id_token, self._key_set(fresh=is_last), algorithms=ALGORITHMS
                ).claims
                wanted.validate(claims)
                audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
                others = set(audiences) - {client_id}
                is_ours = claims.get("azp", "" if others else client_id) == client_id
                if is_ours and isinstance(claims["sub"], str) and claims["sub"]:
                    return claims
                break
            except (JoseError, ValueError, TypeError, KeyError):
                # The key may be newer than those we have; nothing else gets better by reading them again.
                if is_last or self._has_key_of(id_token):
                    break
        raise self._untrue()

    def _has_key_of(self, id_token: str) -> bool:
        from joserfc import jws

        try:
            kid = jws.extract_compact(id_token.encode()).headers().get("kid")
        except Exception:
            return True
        return any(key.kid == kid for key in self._key_set().keys)

    def _unavailable(self) -> Unavailable:
        return Unavailable(
            f"{self.name} does not answer, or not as it should. Try again, or log in with a password."
        )

    def _untrue(self) -> Unauthenticated:
        return Unauthenticated(
            f"What {self.name} said of you could not be verified. Please try again."
        )

    def logout_url(self) -> str:
        """Where people log out at the provider, '' where that is not known."""
        url = self._described.get("end_session_endpoint", "")
        return url if isinstance(url, str) else ""

    def _client(self) -> "OAuth2Client":
        from authlib.integrations.httpx_client import OAuth2Client

        settings = self._settings
        secret = settings.oidc_client_secret.get_secret_value()
        methods = self._description().get("token_endpoint_auth_methods_supported", [])
        by_post = "client_secret_post" in methods and "client_secret_basic" not in methods
        return OAuth2Client(
            settings.oidc_client_id,
            secret or None,
            token_endpoint_auth_method=(
                "none" if not secret else "client_secret_post" if by_post else "client_secret_basic"
            ),
            scope=settings.oidc_scopes,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    def _description(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery), read once an hour. Raises Unavailable."""
        with self._lock:
            if time.monotonic() - self._read_at > _KEPT:
                self._read()
            return self._described

    def _key_set(self, *, fresh: bool = False) -> Any:
        with self._lock:
            if fresh:
                self._read()
            return self._keys

    def _read(self) -> None:
        from authlib.integrations.httpx_client import OAuth2Client
        from joserfc.jwk import KeySet

        issuer = self._settings.oidc_issuer
        if time.monotonic() - self._failed_at < _LEFT_ALONE:
            raise self._unavailable()
        try:
            with OAuth2Client(timeout=_TIMEOUT, follow_redirects=False) as client:
                url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                described = (
                    client.request("GET", url, withhold_token=True).raise_for_status().json()
                )
                if described["issuer"] != issuer:
                    raise ValueError("another issuer")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not is_safe(described[name]):
                        raise ValueError("an endpoint without https")
                answer = client.request("GET", described["jwks_uri"], withhold_token=True)
                keys = KeySet.import_key_set(answer.raise_for_status().json())
        except Exception as error:  # of several libraries
            self._failed_at = time.monotonic()
            raise self._unavailable() from error
        self._described, self._keys, self._read_at = described, keys, time.monotonic()


def _plain(domain: str) -> str:
    return domain.strip().lower().removeprefix("@")


def is_safe(url: str) -> bool:
    """Whether a URL is https, or of this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )
