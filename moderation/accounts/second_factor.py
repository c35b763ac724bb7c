"""Second factors: a code from somebody's phone (TOTP, RFC 6238) after the password or the link.

A code is good once, in its 30 seconds and those before and after; whoever loses the phone has recovery codes.
"""

import base64
import hmac
import re
from dataclasses import dataclass

import pyotp

from moderation.accounts.passwords import matches
from moderation.domain.audit import COMMAND, Change
from moderation.domain.errors import Conflict, Forbidden, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.store import audit, memberships, moderators, second_factors, sessions
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Connection, Store

ISSUER = "Gatehouse"  # as applications list it
STEP_MS = 30_000
SKEW = 1  # steps that a clock may be off, either way
RECOVERY_CODES = 10
_RECOVERY = re.compile(r"[a-z2-7]{5}-?[a-z2-7]{5}")
_OFF = "There is no second factor."


@dataclass(frozen=True, slots=True)
class FactorState:
    """since: ms. recovery_codes: how many are left."""

    since: int
    recovery_codes: int


def state_of(store: Store, moderator_id: str) -> FactorState | None:
    """Somebody's second factor; None where there is none."""
    with store.read() as connection:
        factor = second_factors.of_moderator(connection, store.crypto, moderator_id)
        if factor is None:
            return None
        return FactorState(factor.created_at, second_factors.count_codes(connection, moderator_id))


def new_secret(entropy: Entropy) -> str:
    """A secret for an application, base32: 160 bits, as RFC 4226 advises."""
    return base64.b32encode(entropy(20)).decode()


def setup_url(secret: str, email: str) -> str:
    """What the QR code says: otpauth://totp/..."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def seal(crypto: Crypto, moderator_id: str, secret: str) -> str:
    """A secret that is not in use yet, as a form carries it: for this moderator alone."""
    return crypto.encrypt(secret, _not_in_use(moderator_id)).hex()


def turn_on(
    store: Store, moderator_id: str, sealed: str, code: str, *, now: int, entropy: Entropy
) -> list[str]:
    """Puts a sealed secret in use, which a first code of it proves; the recovery codes, which are shown this once.

    Raises Invalid with the pointer /code or /secret, and Conflict where there is a second factor already.
    """
    secret = opened(store.crypto, moderator_id, sealed)
    step = step_of(secret, code, now) if secret else None
    if not secret:
        raise Invalid("This page is too old: load it again.", "/secret")
    if step is None:
        raise Invalid("That is not the code of now. Is the phone's clock right?", "/code")
    codes, digests = _new_codes(store.crypto, moderator_id, entropy)
    with store.write() as connection:
        if second_factors.has(connection, moderator_id):
            raise Conflict("There is a second factor already.")
        second_factors.add(connection, store.crypto, moderator_id, secret, step, now)
        audit.record_of_account(connection, moderator_id, Change.MODERATOR_FACTOR_ON, moderator_id)
        second_factors.set_codes(connection, moderator_id, digests)
    return codes


def turn_off(store: Store, moderator_id: str, proof: str, *, now: int) -> None:
    """Removes one's own second factor. proof: a code or the password. Raises Invalid with the pointer /proof, and NotFound."""
    is_password = _is_password(store, moderator_id, proof)
    with store.write() as connection:
        _require_proof(connection, store.crypto, moderator_id, proof, is_password, now)
        second_factors.remove(connection, moderator_id)
        audit.record_of_account(connection, moderator_id, Change.MODERATOR_FACTOR_OFF, moderator_id)


def remove_lost(store: Store, email: str, by: str = COMMAND) -> None:
    """Removes somebody's second factor who has lost it, and ends their sessions. Raises NotFound."""
    with store.write() as connection:
        account = moderators.by_email(connection, email)
        if account is None:
            raise NotFound(f"There is no moderator {email}.")
        if not second_factors.remove(connection, account.id):
            raise NotFound(f"{email} has no second factor.")
        sessions.sign_out(connection, account.id)
        audit.record_of_account(connection, by, Change.MODERATOR_FACTOR_OFF, account.id)


def reset(store: Store, moderator_id: str, site_id: str, by: str) -> None:
    """Removes the second factor of somebody who looks after this site, and ends their sessions.

    Raises NotFound where they do not, or have none; Forbidden for one's own; Conflict where they look after another site as
    well: a factor guards all of them.
    """
    if by == moderator_id:
        raise Forbidden("Remove your own under your e-mail: that wants a code or the password.")
    with store.write() as connection:
        site_ids = {
            membership.site_id
            for membership in memberships.memberships_of(connection, moderator_id)
        }
        if site_id not in site_ids:
            raise NotFound("There is no such moderator on this site.")
        if site_ids != {site_id}:
            raise Conflict(
                "They look after another site, too: the operator resets it, with"
                " `gatehouse moderator remove-second-factor`."
            )
        if not second_factors.remove(connection, moderator_id):
            raise NotFound(_OFF)
        sessions.sign_out(connection, moderator_id)
        audit.record_of_account(connection, by, Change.MODERATOR_FACTOR_OFF, moderator_id)


def new_recovery_codes(
    store: Store, moderator_id: str, proof: str, *, now: int, entropy: Entropy
) -> list[str]:
    """Ten others, shown this once; the earlier ones end. proof and errors as turn_off()."""
    is_password = _is_password(store, moderator_id, proof)
    codes, digests = _new_codes(store.crypto, moderator_id, entropy)
    with store.write() as connection:
        _require_proof(connection, store.crypto, moderator_id, proof, is_password, now)
        audit.record_of_account(connection, moderator_id, Change.MODERATOR_CODES_MADE, moderator_id)
        second_factors.set_codes(connection, moderator_id, digests)
    return codes


def is_recovery_code(code: str) -> bool:
    """Whether a text looks like one."""
    return _RECOVERY.fullmatch(_plain(code)) is not None


def use(connection: Connection, crypto: Crypto, moderator_id: str, code: str, now: int) -> bool:
    """Uses up a code from the phone, or a recovery code. False for any that is wrong, or was used."""
    code = _plain(code)
    if _RECOVERY.fullmatch(code):
        digest = crypto.recovery_key(moderator_id, code.replace("-", ""))
        if not second_factors.use_code(connection, moderator_id, digest):
            return False
        audit.record_of_account(connection, moderator_id, Change.MODERATOR_CODE_USED, moderator_id)
        return True
    factor = second_factors.of_moderator(connection, crypto, moderator_id)
    step = step_of(factor.secret, code, now) if factor and factor.secret else None
    return step is not None and second_factors.use_step(connection, moderator_id, step)


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step, of 30 s since 1970, that a code is of; None where it is of none within SKEW. now: ms."""
    sent, step = _plain(code).encode(), now // STEP_MS
    generator = pyotp.TOTP(secret)
    found = None
    for candidate in range(step - SKEW, step + SKEW + 1):
        if hmac.compare_digest(generator.generate_otp(candidate).encode(), sent):
            found = candidate
    return found


def _plain(code: str) -> str:
    return "".join(code.split()).lower()


def _new_codes(crypto: Crypto, moderator_id: str, entropy: Entropy) -> tuple[list[str], list[str]]:
    """Ten codes as they are shown, and as they are kept."""
    codes = [base64.b32encode(entropy(10)).decode().lower()[:10] for _ in range(RECOVERY_CODES)]
    digests = [crypto.recovery_key(moderator_id, code) for code in codes]
    return [f"{code[:5]}-{code[5:]}" for code in codes], digests


def _is_password(store: Store, moderator_id: str, proof: str) -> bool:
    """Outside the transaction: hashing takes long."""
    with store.read() as connection:
        stored = moderators.password_hash(connection, moderator_id)
    return bool(stored) and matches(stored, proof)


def _require_proof(
    connection: Connection,
    crypto: Crypto,
    moderator_id: str,
    proof: str,
    is_password: bool,
    now: int,
) -> None:
    if not second_factors.has(connection, moderator_id):
        raise NotFound(_OFF)
    if not is_password and not use(connection, crypto, moderator_id, proof, now):
        raise Invalid("That is neither your password nor a code of now.", "/proof")


def _not_in_use(moderator_id: str) -> str:
    return f"second-factor/not-in-use/{moderator_id}"


def opened(crypto: Crypto, moderator_id: str, sealed: str) -> str:
    """The secret that seal() sealed; '' for anything else."""
    if not re.fullmatch(r"[0-9a-f]{58,400}", sealed):
        return ""
    return crypto.decrypt(bytes.fromhex(sealed), _not_in_use(moderator_id)) or ""
