"""A person's word that a score was wrong about a text: “this is not an insult”."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """revision: of the text that it is about. label: the score's name. score: as it was, 0..1; by this model, sha256 of
    whose weights. created_at: ms.
    """

    comment_id: str
    revision: int
    label: str
    site_id: str
    moderator_id: str
    score: float
    model: str
    sha256: str
    created_at: int
