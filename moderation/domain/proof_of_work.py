"""Proof of work by the protocol of ALTCHA (SHA-256): the browser tries numbers until a hash fits, and so pays for posting.

Specification: https://altcha.org/docs/v2/proof-of-work and https://altcha.org/docs/server-integration. A challenge is the
SHA-256 in hex of a salt and a secret number; the signature is its HMAC; the answer is the base64 of JSON that repeats them with
the number. The salt carries what must not change, as a query, and ends with "&": otherwise digits could move from
the number into it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from moderation.domain.durations import MINUTE_MS
from moderation.domain.errors import Invalid

ALGORITHM = "SHA-256"
VALID_FOR = 10 * MINUTE_MS
ANSWER_LIMIT = 2_000  # characters
POINTER = "/proof"

_BROKEN = Invalid(f"{POINTER}: Is not an answer to a challenge of GET /api/v1/challenges.", POINTER)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser gets; the names are ALTCHA's."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


def new_challenge(
    site_id: str, most: int, number: int, random_hex: str, now: int, sign: Callable[[str], str]
) -> Challenge:
    """most: hashes to be tried. number: the secret, 0 to most. random_hex: 12 random bytes. now: ms. sign: the MAC of a text."""
    salt = f"{random_hex}?expires={(now + VALID_FOR) // 1_000}&site={site_id}&"
    challenge = _hash(salt, number)
    return Challenge(ALGORITHM, challenge, most, salt, sign(challenge))


def check_answer(answer: str, site_id: str, now: int, sign: Callable[[str], str]) -> str:
    """The challenge that is answered, to be taken once. now: ms. Raises Invalid, which says what to do, with /proof."""
    if not answer:
        raise Invalid(
            f"{POINTER}: This site asks for a proof of work: answer GET /api/v1/challenges.",
            POINTER,
        )
    try:
        said = json.loads(base64.b64decode(answer[:ANSWER_LIMIT], validate=True))
        challenge, salt, number = said["challenge"], said["salt"], said["number"]
        signature, algorithm = said["signature"], said["algorithm"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        raise _BROKEN from None
    texts = (challenge, salt, signature)
    if not all(isinstance(text, str) for text in texts) or type(number) is not int:
        raise _BROKEN
    if algorithm != ALGORITHM or not salt.isascii() or not salt.endswith("&") or number < 0:
        raise _BROKEN
    if not hmac.compare_digest(signature.encode(), sign(challenge).encode()):
        raise _BROKEN
    if not hmac.compare_digest(challenge.encode(), _hash(salt, number).encode()):
        raise _BROKEN
    facts = parse_qs(salt.partition("?")[2])  # ours: the hash is signed
    if facts.get("site") != [site_id]:
        raise _BROKEN
    if now >= int(facts["expires"][0]) * 1_000:
        raise Invalid(f"{POINTER}: The challenge has expired; ask for another.", POINTER)
    return str(challenge)


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
