"""Builds the scorers of a process from its settings, in the order in which they run."""

from collections.abc import Iterable

from moderation.domain.lesson import Lessons, no_lessons
from moderation.domain.score import Scorer
from moderation.scorers.language import Language
from moderation.scorers.models.author_names import WithAuthorNames
from moderation.scorers.models.bundled import Bundled
from moderation.scorers.models.by_language import ByLanguage, Model
from moderation.scorers.models.detoxify import Detoxify
from moderation.scorers.models.model_names import BUNDLED, Models, check_model, spec_of
from moderation.scorers.models.transformer import Transformer
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.scorers.site.phrases import Phrases
from moderation.scorers.site.protected_names import ProtectedNames
from moderation.scorers.site.taught_toxicity import TaughtToxicity
from moderation.scorers.site.wordlist import Wordlist, read_entries
from moderation.scorers.spam.heuristics import Heuristics
from moderation.scorers.spam.history import HistorySignals
from moderation.scorers.spam.reputation import ReputationSignals
from moderation.scorers.spam.spam_model import SpamModel


def build_scorers(
    models: Models | str,
    wordlist: Iterable[str] | None = None,
    lessons: Lessons = no_lessons,
    outside: Iterable[Scorer] = (),
) -> tuple[Scorer, ...]:
    """All scorers, cheap ones first. The spam model is last, as it looks at what the others measured.

    Models are loaded at first use, not here: a missing one fails its own scorer, not the process.

    models: the toxicity models, or the name of the only one. wordlist: entries; None: those that come with
    Gatehouse. lessons: what the sites have learned. outside: scorers that ask other services. Raises Invalid
    for an unknown model or an entry that cannot be read.
    """
    if isinstance(models, str):
        models = Models(models)
    words = Wordlist(read_entries() if wordlist is None else wordlist)
    toxicity, languages = _toxicity_models(models)
    # Each scorer sees what earlier ones measured.
    spam_scorers: tuple[Scorer, ...] = (
        FilterSignals(),
        HistorySignals(),
        ReputationSignals(),
        *outside,
        Heuristics(),
    )
    with_names = [WithAuthorNames(scorer) for scorer in (words, *toxicity)]
    return (
        Language(languages),
        with_names[0],
        Phrases(),
        ProtectedNames(),
        *spam_scorers,
        *with_names[1:],
        TaughtToxicity(lessons),
        SpamModel(lessons),
    )


def _toxicity_models(models: Models) -> tuple[tuple[Scorer, ...], frozenset[str]]:
    """The toxicity models, and all languages that they have learned."""
    main = _model(models, check_model(models.serving))
    if not models.multilingual:
        return (main,), main.languages
    check_model(models.multilingual, detoxify_only=True)
    multilingual = _model(models, models.multilingual, name="multilingual")
    only_multilingual = multilingual.languages - main.languages
    by_language = (
        ByLanguage(main, lambda code: code not in only_multilingual),
        ByLanguage(multilingual, lambda code: code in only_multilingual),
    )
    return by_language, main.languages | multilingual.languages


def _model(models: Models, model: str, name: str = "detoxify") -> Model:
    if model == BUNDLED:
        return Bundled(threads=models.threads, cascade=models.cascade)
    if models.runs_on(model) == "torch" or models.runtime == "torch":
        return Detoxify(spec_of(model), name=name)
    return Transformer(models.place(model), name=name, threads=models.threads)
