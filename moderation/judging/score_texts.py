"""Score texts and keep nothing: for the command line and for programs that wait for the answer."""

from collections.abc import Sequence

from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, Findings
from moderation.scorers.pipeline import ScorerPipeline


def score_texts(
    pipeline: ScorerPipeline, texts: Sequence[str], languages: Sequence[str] = ()
) -> list[Findings]:
    """What is known about each text, in order. languages: of each text's page, '' where unknown."""
    page_languages = languages or [""] * len(texts)
    return pipeline.measure(
        [
            Candidate(text, normalise(text), language)
            for text, language in zip(texts, page_languages, strict=True)
        ]
    )
