"""Passwords: their hashes, and whether one is right."""

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from moderation.domain.errors import Invalid

# OWASP's smallest argon2id (19 MiB, 2 passes, 1 lane), about 20 ms. Two at once at most, so that a
# burst of guesses cannot use up the memory that judging needs.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING_SLOTS = threading.BoundedSemaphore(2)

PASSWORD_SMALLEST, PASSWORD_LIMIT = 12, 1_000  # characters; NIST SP 800-63B asks for 8 and more


def hash_password(password: str) -> str:
    """The argon2id hash of a new password. Raises Invalid if it is too short or too long."""
    if not PASSWORD_SMALLEST <= len(password) <= PASSWORD_LIMIT:
        raise Invalid(
            f"A password has {PASSWORD_SMALLEST} to {PASSWORD_LIMIT} characters.", "/password"
        )
    with _HASHING_SLOTS:
        return _HASHER.hash(password)


@cache
def decoy_hash() -> str:
    """A hash that no password has: checked where there is no account, so that the answer takes as long."""
    return _HASHER.hash(secrets.token_hex(16))


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def matches(stored: str, password: str) -> bool:
    """Whether a password is the one of this hash."""
    if len(password) > PASSWORD_LIMIT:
        password = ""  # hashed all the same, so that the answer takes as long
    with _HASHING_SLOTS:
        try:
            return _HASHER.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
