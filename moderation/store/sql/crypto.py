"""Keeping private things private at rest: sealing, keyed hashes, truncated addresses."""

import hashlib
import hmac
import ipaddress
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from moderation.domain.sender_address import canonical_address

_NONCE = 12  # bytes; NIST SP 800-38D
_NUMBER_TOKEN = re.compile(r"gh[bd]_[0-9a-f]{64}")


class Crypto:
    """Keys derived from one master secret (HKDF-SHA256, RFC 5869), one per purpose.

    A hash without a key would not protect an IPv4 address: there are only 2^32 of them.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._box = AESGCM(self._derive("seal"))
        self._hash = self._derive("hash")
        self._token = self._derive("author-token")
        self._notice = self._derive("notice-token")
        self._browser = self._derive("browser-token")
        self._device = self._derive("device-token")

    def _derive(self, purpose: str) -> bytes:
        info = f"gatehouse/{purpose}".encode()
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self._secret)

    @property
    def metrics_token(self) -> str:
        """The bearer token of /metrics where none is set: the same in every process of an installation."""
        return f"ghm_{self._derive('metrics').hex()[:40]}"

    def encrypt(self, plain: str, bound_to: str) -> bytes:
        """AES-256-GCM; opens only for the same `bound_to`, so that rows cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return nonce + self._box.encrypt(nonce, plain.encode(), bound_to.encode())

    def decrypt(self, sealed: bytes, bound_to: str) -> str | None:
        """The plain text, or None where the secret is another one or the bytes were changed."""
        try:
            opened = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except InvalidTag:
            return None
        return opened.decode()

    def email_key(self, email: str) -> str:
        """HMAC-SHA256 hex of an e-mail, letter case and outer space aside; '' for none."""
        return self._keyed("email", email.strip().lower())

    def address_key(self, address: str) -> str:
        """HMAC-SHA256 hex of an IP address in canonical form; '' for none."""
        return self._keyed("address", address)

    def text_key(self, text: str) -> str:
        """HMAC-SHA256 hex of a text, letter case and everything but letters and digits aside."""
        return self._keyed(
            "text", "".join(character for character in text.lower() if character.isalnum()) or "-"
        )

    def author_key(self, site_id: str, identity: str) -> str:
        """HMAC-SHA256 hex of who wrote (domain/comment.AuthorRef.identity), another on every site; '' for none."""
        return self._keyed("author", f"{site_id}\x1f{identity}" if identity else "")

    def network_key(self, site_id: str, network: str) -> str:
        """HMAC-SHA256 hex of a /24 or /48, another on every site; '' for none."""
        return self._keyed("network", f"{site_id}\x1f{network}" if network else "")

    def recovery_key(self, moderator_id: str, code: str) -> str:
        """HMAC-SHA256 hex of a recovery code: 50 random bits are too few for a hash without a key."""
        return self._keyed("recovery", f"{moderator_id}\x1f{code}")

    def cursor_mac(self, named: str) -> str:
        """The MAC of a place in a list, by whatever names it: 16 hex digits; a guess opens nothing."""
        return self._keyed("cursor", named)[:16]

    def proof_mac(self, challenge: str) -> str:
        """The MAC of a challenge of ours (domain/proof_of_work.py), in hex."""
        return self._keyed("proof of work", challenge)

    def _keyed(self, kind: str, value: str) -> str:
        if not value:
            return ""
        return hmac.new(self._hash, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()

    def author_token(self, comment_id: str) -> str:
        """The token that lets the writer of a comment ask after it: 'gha_' and 32 hex digits."""
        mac = hmac.new(self._token, comment_id.encode(), hashlib.sha256)
        return f"gha_{mac.hexdigest()[:32]}"

    def is_author_token(self, token: str, comment_id: str) -> bool:
        return hmac.compare_digest(token.encode(), self.author_token(comment_id).encode())

    def notice_token(self, notice_id: str) -> str:
        """The token that lets the sender of a notice of illegal content ask after it: 'ghn_' and 32 hex digits."""
        mac = hmac.new(self._notice, notice_id.encode(), hashlib.sha256)
        return f"ghn_{mac.hexdigest()[:32]}"

    def is_notice_token(self, token: str, notice_id: str) -> bool:
        return hmac.compare_digest(token.encode(), self.notice_token(notice_id).encode())

    def browser_token(self, site_id: str, number: bytes) -> str:
        """The token by which a site knows a browser again: 'ghb_' and 64 hex digits.

        number: 16 random bytes. It says nothing of anybody, and no other site knows it.
        """
        return _number_token("ghb_", number.hex(), self._browser, site_id)

    def browser_number(self, comment_id: str) -> str:
        """The number of a browser that had none, of its first comment; 32 hex digits."""
        return hmac.new(self._browser, comment_id.encode(), hashlib.sha256).hexdigest()[:32]

    def browser_of(self, site_id: str, token: str) -> str:
        """The number in a token that we gave out for this site, in hex; '' for any other."""
        return _number_in(token, "ghb_", self._browser, site_id)

    def device_token(self, email: str, number: bytes) -> str:
        """The token of a browser that has logged in to this account: 'ghd_' and 64 hex digits.

        number: 16 random bytes. It opens nothing; it only tells this browser from a stranger's.
        """
        return _number_token("ghd_", number.hex(), self._device, self.email_key(email))

    def device_of(self, email: str, token: str) -> str:
        """The number in a token that we gave out for this account, in hex; '' for any other."""
        return _number_in(token, "ghd_", self._device, self.email_key(email))


def _number_token(kind: str, number: str, key: bytes, owner: str) -> str:
    """A number that is good for one owner, with our MAC. kind: 'ghb_' or 'ghd_'. number: 32 hex digits."""
    mac = hmac.new(key, f"{owner}\x1f{number}".encode(), hashlib.sha256)
    return f"{kind}{number}{mac.hexdigest()[:32]}"


def _number_in(token: str, kind: str, key: bytes, owner: str) -> str:
    """The number in a token that _number_token() made; '' for any other."""
    if not _NUMBER_TOKEN.fullmatch(token):
        return ""
    number = token[4:36]
    return number if hmac.compare_digest(token, _number_token(kind, number, key, owner)) else ""


def network_of(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) an address lies in; '' where it is none.

    An IPv4 address in IPv6 clothes counts as the IPv4 address that it is.
    """
    canonical = canonical_address(address)
    if not canonical:
        return ""
    prefix = 48 if ":" in canonical else 24
    return str(ipaddress.ip_network((canonical, prefix), strict=False))
