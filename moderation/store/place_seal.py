"""Places in the lists of whoever is limited to sections, as texts that tell nothing: they may name a comment elsewhere."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Collection

from moderation.domain.errors import Invalid
from moderation.store.sql.crypto import Crypto

_STRANGE = Invalid("/after: This is no place in this list: begin again.", "/after")


class PlaceSeal:
    """For lists of these sites and parts; a place in one list is none in another's."""

    def __init__(self, crypto: Crypto, reach: Collection[str]) -> None:
        self._crypto = crypto
        self._bound_to = "\x1f".join(["place", *sorted(reach)])

    def sealed(self, place: str) -> str:
        """Letters, digits, '-' and '_'; '' for ''."""
        if not place:
            return ""
        return urlsafe_b64encode(self._crypto.encrypt(place, self._bound_to)).decode().rstrip("=")

    def opened(self, text: str) -> str:
        """What sealed() made of it. Raises Invalid with the pointer /after."""
        if not text:
            return ""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            place = self._crypto.decrypt(raw, self._bound_to)
        except (Error, ValueError):
            raise _STRANGE from None
        if place is None:
            raise _STRANGE
        return place
