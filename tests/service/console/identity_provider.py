"""A small OpenID Connect provider over HTTP for tests: discovery, keys, authorisation, tokens; it lies where a test wants that."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "gatehouse", "a secret of the provider's"


@dataclass
class IdentityProvider:
    """url: the issuer. person: claims of whoever is logged in there. lie: changes what an ID token says; sign: makes one of claims.
    fails: answers 500 to everything but discovery and keys.
    """

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    lie: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    fails: bool = False
    keys: list[RSAKey | ECKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def add_key(self, kind: str = "RSA") -> None:
        number = {"kid": f"key-{len(self.keys)}"}
        made = (
            RSAKey.generate_key(2048, number)
            if kind == "RSA"
            else ECKey.generate_key("P-256", number)
        )
        self.keys.append(made)

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        } | self.described

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        assert query["client_id"] == CLIENT_ID and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and query["nonce"] and query["state"]
        assert set(query["scope"].split()) >= {"openid", "email"}
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, body: dict[str, str], authorization: str) -> dict[str, Any]:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        assert given.partition(":")[0] == CLIENT_ID
        asked = self.codes.pop(body["code"])  # good once
        assert create_s256_code_challenge(body["code_verifier"]) == asked["code_challenge"]
        assert body["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            **{"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300},
            **{"nonce": asked["nonce"], **self.person, **self.lie},
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {
            "access_token": "opens nothing here",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": (self.sign or self.signed)(claims),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[-1]
        header = {"alg": "RS256" if isinstance(key, RSAKey) else "ES256", "kid": key.kid}
        return jwt.encode(header, claims, key)


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Runs one until the end of the block."""
    provider = IdentityProvider()
    provider.add_key()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self.answer(provider.description())
            elif parts.path == "/keys":
                self.answer({"keys": [key.as_dict(private=False) for key in provider.keys]})
            elif parts.path == "/authorize" and not provider.fails:
                self.send_response(302)
                self.send_header("Location", provider.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
            else:
                self.send_error(500)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = {
                name: values[0]
                for name, values in parse_qs(self.rfile.read(length).decode()).items()
            }
            if provider.fails:
                self.send_error(500)
            else:
                self.answer(provider.token(body, self.headers["Authorization"]))

        def answer(self, body: dict[str, Any]) -> None:
            sent = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
