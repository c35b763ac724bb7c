"""The simulated comment section: made of whatever data there is, the same for the same seed, and true to life."""

import csv
import gzip
import random
from collections import Counter
from pathlib import Path

import pytest

from bench.simulation import results
from bench.simulation.scoring_layers import layers
from bench.simulation.texts import Texts, read_texts
from bench.simulation.week import empty_store, simulate_week
from bench.simulation.wording import spun
from bench.simulation.writers import CAMPAIGNS, HONEST, SMALL, week
from harness.texts import made_up

START = 1_788_220_800_000
_OFFERS = (
    "earn cash at home every week with our free system",
    "check my new channel and please subscribe today guys",
)


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(file, "wt", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """A folder with two sets of spam under other column names, and one of honest comments and insults."""
    chance = random.Random(4)
    spam = [f"{chance.choice(_OFFERS)} {text}" for text in made_up(40, seed=2)]
    _write(
        tmp_path / "some_spam_test.csv.gz",
        [{"CONTENT": text, "CLASS": "1"} for text in spam[:20]]
        + [{"CONTENT": "I like it", "CLASS": "0"}],
    )
    _write(tmp_path / "spam_two.csv.gz", [{"y": "spam", "text": text} for text in spam[20:]])
    _write(
        tmp_path / "impermium_insults_test.csv.gz",
        [{"text": text, "Insult": "0"} for text in made_up(200)]
        + [{"text": "you fool, be gone", "Insult": "1"}],
    )
    return read_texts(tmp_path)


def test_the_texts_are_found_by_what_the_files_hold(texts: Texts) -> None:
    assert (len(texts.spam), list(texts.honest), len(texts.insults)) == (40, ["forum"], 1)
    assert texts.sources["some_spam_test, spam"] == texts.sources["spam_two, spam"] == 20


def test_a_folder_without_spam_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        read_texts(tmp_path)


def test_the_same_seed_is_the_same_week_and_another_is_not(texts: Texts) -> None:
    posts = week(texts, SMALL, 1, START)
    assert week(texts, SMALL, 1, START) == posts != week(texts, SMALL, 2, START)
    assert [post.at for post in posts] == sorted(post.at for post in posts)
    counts = Counter(post.kind for post in posts)
    assert [counts[kind] for kind in CAMPAIGNS] == [SMALL.tails, SMALL.domains, SMALL.paraphrases]
    assert counts[HONEST] >= SMALL.days * SMALL.honest


def test_the_service_judges_it_and_campaigns_cost_a_ruling_each(
    texts: Texts, tmp_path: Path
) -> None:
    posts = week(texts, SMALL, 3, START)
    all_there_is = layers()[-1]
    weeks = [
        simulate_week(posts, SMALL, all_there_is, empty_store(tmp_path), 3, START) for _ in range(2)
    ]
    assert weeks[0].comments == weeks[1].comments
    spam_held = [
        comment.held_for_spam for comment in weeks[0].comments if comment.post.kind in CAMPAIGNS
    ]
    assert sum(spam_held) / len(spam_held) > 0.8
    assert all(weeks[0].rulings[kind] <= 2 for kind in CAMPAIGNS)
    hours = [line.split("|")[2:4] for line in results.hours(weeks[:1], SMALL.days).splitlines()[2:]]
    assert len(hours) == 24 * SMALL.days
    assert sum(int(spam) for spam, _ in hours) == sum(post.is_spam for post in posts)
    assert sum(int(caught) for _, caught in hours) >= sum(spam_held)
    honest = [comment for comment in weeks[0].comments if comment.post.kind == HONEST]
    assert sum(comment.held_for_spam for comment in honest) / len(honest) < 0.1


def test_a_spun_text_keeps_its_length_and_changes_its_words() -> None:
    text = "check this free video and get cash now"
    spun_text = spun(text, random.Random(1), 1.0)
    assert len(spun_text.split()) == len(text.split())
    assert spun_text != text
