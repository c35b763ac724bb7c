"""Which scorers this process has, from one setting."""

from collections.abc import Iterable

from moderation.domain.errors import Invalid
from moderation.domain.lesson import Lessons, no_lessons
from moderation.domain.score import Scorer
from moderation.scorers.bundled import Bundled
from moderation.scorers.detoxify import Detoxify
from moderation.scorers.filters import Filters
from moderation.scorers.language import Language
from moderation.scorers.learned import Learned
from moderation.scorers.memory import Memory
from moderation.scorers.spam import Spam
from moderation.scorers.wordlist import Wordlist, read_entries

_DETOXIFY = "detoxify:"


def roster(
    toxicity_model: str, wordlist: Iterable[str] | None = None, lessons: Lessons = no_lessons
) -> tuple[Scorer, ...]:
    """All scorers, the cheap ones first; the spam score is the last, for it looks at what the others found.

    Models are loaded at first use, not here: a missing one fails its own scorer, not the process.

    toxicity_model: 'bundled' or 'detoxify:<name or path>'. wordlist: entries; None: those that come
    with Gatehouse. lessons: what the sites have learned. Raises Invalid for another model or for an
    entry that cannot be one.
    """
    toxicity: Bundled | Detoxify
    if toxicity_model == "bundled":
        toxicity = Bundled()
    elif toxicity_model.startswith(_DETOXIFY) and toxicity_model != _DETOXIFY:
        toxicity = Detoxify(toxicity_model.removeprefix(_DETOXIFY))
    else:
        raise Invalid("The toxicity model is 'bundled' or 'detoxify:<name or path>'.")
    words = Wordlist(read_entries() if wordlist is None else wordlist)
    # What is measured first is seen by what comes later, and the spam score looks at everything.
    signs = (Filters(), Memory(), Spam())
    return (Language(toxicity.languages), words, *signs, toxicity, Learned(lessons))
