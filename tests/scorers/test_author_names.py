"""Names of authors: abusive ones are found by what reads the text, ordinary ones are left alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from moderation.domain.decision import Outcome
from moderation.domain.policy import decide, parse_policy
from moderation.domain.score import Candidate, Findings, Signal, measure_all
from moderation.scorers.models.author_names import WithAuthorNames
from moderation.scorers.models.bundled import Bundled
from moderation.scorers.site.wordlist import Wordlist, read_entries
from tests.scorers.candidates import candidate

POLICY = Path("moderation/policies/newsroom.toml").read_text(encoding="utf-8")
TEXT = "Nice article, thank you for the details about the bridge."
ABUSE = """
    Fuck you nigger; Kill all Muslims now; I will murder your children tonight; Anna is a whore, call 555-0100;
    Fucking Jew; N1gger; F u c k  Y o u; Dirty whore; Die bitch; Gas the Jews; White power; Suck my dick; Big Dick;
    Dick Head; Dickhead; Stupid cunt; faggot hater; Rape all women; You will die; Kill yourself; Retard; Fuk You;
    Your mother is a whore; Asshole; Sieg Heil 1488; Heil Hitler; Death to Israel; Go hang yourself; FuckTheJews;
    Anna Smith is a slut; Mayor Jones is a pedophile; Idiot; You are an idiot; Piece of shit; Fag; Paki scum;
    Burn in hell; Trans freaks must die; fuck_the_police; Eat Shit; Lick My Butt
"""
# Surnames and first names of real people; the first lines are those that mean something else, too.
PEOPLE = """
    Dick, Dick Butt, Dick Cheney, Dick Cockburn, Cockburn, Alexander Cockburn, Gay, Gay Talese, Peter Gay, Fanny, Fanny Hill,
    Fanny Butt, Suk, Suk Kim, Butt, Zafar Butt, Dickens, Charles Dickens, Emily Dickinson, Angie Dickinson, Dick Dickens,
    Wang Dong, Phuc Nguyen, Phuc, Fuk Lee, Kuntz, Hooker, John Lee Hooker, Hoare, Slutsky, Semen Ivanov, Assman, Coon,
    Mohammed Ali, Muhammad, Jihad Hassan, Isis Jones, Israel Kamaka, Christian Black, White, Wiener, Weiner, Johnson, Ball,
    Cummings, Cumming, Alan Cumming, Dyke, Dick Van Dyke, Negro, Negri, Pratt, Crapper, Thomas Crapper, Butts, Sexton,
    Longbottom, Fuchs, Klaus Fuchs, Kike Garcia, Randy, Willy, Roger, Titt, Titty, Poon, Ho, Beaver, Gaylord Nelson,
    Lesbia, Adolf, Allah, Satan, Slaughter, Karin Slaughter, Death, Savage, Dan Savage, Craven, Trotter, Pigg, Hogg, Bush,
    Dickson, Dix, Cox, Cocks, Hancock, Babcock, Peacock, Woodcock, Hitchcock, Wilcox, Glasscock, Alcock, Koch, Kok, Penny,
    Dong, Shittu, Schitt, Bumgarner, Raper, Blood, Gore, Killjoy, Nutter, Looney, Jesus, Jewell, Black, Lynch, Loretta Lynch,
    David Lynch, Hung, Bich, Bich Ngoc, Dung Tran, Fagan, Fagin, Focker, Stupak, Dumm, Dummett, Gaye, Marvin Gaye, Balls,
    Ed Balls, Prickett, Laycock, Pocock, Killick, Killen, Sexauer, Stupka, Fick, Ficker, Faggs, Fagg, Cock, Twatt, Hoe,
    Kim Suk, Le Fuk, Rapp, Shitrit, Coons, Chris Coons, Dykes, Negron, Minge, Weed, Moody, Swallow, Gooch, Spicer, Putin,
    Smith, Mary Smith, Patricia Johnson, Jennifer Williams, Linda Brown, Elizabeth Jones, Barbara Garcia, Susan Miller,
    Jessica Davis, Sarah Rodriguez, Karen Martinez, Nancy Hernandez, Lisa Lopez, Betty Gonzalez, Margaret Wilson, Sandra
    Anderson, Ashley Thomas, Kimberly Taylor, Emily Moore, Donna Jackson, Michelle Martin, Carol Lee, Amanda Perez, Dorothy
    Thompson, Melissa White, Deborah Harris, Stephanie Sanchez, Rebecca Clark, Sharon Ramirez, Laura Lewis, Cynthia
    Robinson, Kathleen Walker, Amy Young, Angela Allen, Shirley King, Anna Wright, Brenda Scott, Pamela Torres, Emma Nguyen,
    Nicole Hill, Helen Flores, Samantha Green, Katherine Adams, Christine Nelson, Debra Baker, Rachel Hall, Carolyn Rivera,
    Janet Campbell, Maria Mitchell, Catherine Carter, Heather Roberts, Diane Gomez, Olivia Phillips, Julie Evans, Joyce
    Turner, Victoria Diaz, Ruth Parker, Virginia Cruz, Lauren Edwards, Kelly Collins, Christina Reyes, Joan Stewart, Evelyn
    Morris, Judith Morales, Andrea Murphy, Hannah Cook, Megan Rogers, Cheryl Gutierrez, Jacqueline Ortiz, Martha Morgan,
    Madison Cooper, Teresa Peterson, Gloria Bailey, Sara Reed, Janice Kelly, Ann Howard, Kathryn Ramos, Abigail Kim, Sophia
    Ward, Frances Richardson, Jean Watson, Alice Brooks, Judy Chavez, Isabella Wood, Julia James, Grace Bennett, Amber Gray,
    Denise Mendoza, Danielle Ruiz, Marilyn Hughes, Beverly Price, Charlotte Alvarez, Natalie Castillo, Theresa Sanders, Diana
    Patel, Brittany Myers, Doris Long, Kayla Ross, Alexis Foster, Lori Jimenez, James Powell, Robert Jenkins, John Perry,
    Michael Russell, David Sullivan, William Bell, Richard Coleman, Joseph Butler, Thomas Henderson, Christopher Barnes,
    Fisher, Vasquez, Simmons, Romero, Jordan, Patterson, Alexander, Hamilton, Graham, Reynolds, Griffin, Wallace, Moreno,
    West, Cole, Hayes, Bryant, Herrera, Gibson, Ellis, Medina, Aguilar, Stevens, Murray, Ford, Castro, Marshall, Owens,
    Harrison, Fernandez, McDonald, Woods, Washington, Kennedy, Wells, Vargas, Henry, Chen, Freeman, Webb, Tucker, Guzman,
    Burns, Crawford, Olson, Simpson, Porter, Hunter, Gordon, Mendez, Silva, Shaw, Snyder, Mason, Munoz, Hunt, Hicks, Holmes,
    Palmer, Wagner, Robertson, Boyd, Stone, Salazar, Fox, Warren, Mills, Meyer, Rice, Schmidt, Garza, Daniels, Ferguson,
    Nichols, Stephens, Soto, Weaver, Ryan, Gardner, Payne, Grant, Dunn, Kelley, Spencer, Hawkins, Arnold, Pierce, Hansen,
    Müller, Jürgen Habermas, Søren Kierkegaard, Núñez, José Ortega, Ødegaard, Zoë, Łukasz Kowalski, Владимир Иванов, 王伟,
    محمد علي, Nguyễn Văn Phúc, Ngô Đình, Yılmaz, O'Brien, D'Angelo, De'Ath, van der Berg, al-Rashid, Abdullah, Fatima,
    Aisha, Mehmet, Igor, Sergei, Björk, Anonymous, Reader 12, Angry Reader, grumpy old man, Concerned citizen, dickens1812
"""


def names(listed: str, separator: str) -> list[str]:
    return [name for part in listed.split(separator) if (name := " ".join(part.split()))]


@pytest.fixture(scope="module")
def scorers() -> list[WithAuthorNames]:
    return [WithAuthorNames(Bundled()), WithAuthorNames(Wordlist(read_entries()))]


def findings(scorers: list[WithAuthorNames], **author: str) -> Findings:
    comment = candidate(TEXT, **author)
    needed = [Signal(name, 0.0, "test", "model") for name in ("spam", "language")]
    measured = [signal for scorer in scorers for signal in measure_all(scorer, [comment])[0]]
    return Findings((*measured, *needed))


def is_held(scorers: list[WithAuthorNames], **author: str) -> bool:
    verdict = decide(parse_policy(POLICY), findings(scorers, **author))
    assert all(reason.code == "abusive_name" for reason in verdict.reasons)
    return verdict.outcome is Outcome.HOLD


def test_insults_and_threats_as_a_name_are_held(scorers: list[WithAuthorNames]) -> None:
    abuse = names(ABUSE, ";")
    missed = [name for name in abuse if not is_held(scorers, author_name=name)]
    assert len(abuse) > 40 and missed == []


def test_people_are_called_what_they_are_called(scorers: list[WithAuthorNames]) -> None:
    people = names(PEOPLE, ",")
    held = [name for name in people if is_held(scorers, author_name=name)]
    print(f"{len(held)} of {len(people)} real names held")
    assert len(people) > 350 and held == []


def test_the_reason_says_that_it_is_the_name_and_marks_nothing_in_the_text(
    scorers: list[WithAuthorNames],
) -> None:
    found = findings(scorers, author_name="I will murder your children tonight")
    assert found.get("toxicity").value < 0.1  # of the text
    signal = found.get("name_toxicity")
    assert (signal.note, signal.spans) == ("threat", ()) and signal.value > 0.9
    [reason] = decide(parse_policy(POLICY), found).reasons
    assert "the author's name" in reason.message
    comment = candidate(TEXT, author_name="Fuck you nigger")
    assert scorers[0].explain(comment, "name_toxicity") == ()


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("https://blog.example/fuck-all-the-jews", True),
        ("https://kill-all-muslims.example/", True),
        ("https://www.dickens-society.example/essex/scunthorpe", False),
        ("https://anna.example/about", False),
    ],
)
def test_a_website_is_read_too(scorers: list[WithAuthorNames], url: str, held: bool) -> None:
    assert is_held(scorers, author_name="Anna", author_url=url) is held


def test_names_are_read_in_the_pass_of_the_texts_and_once_each() -> None:
    calls: list[int] = []

    class Counting(Wordlist):
        def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
            calls.append(len(batch))
            return super().measure(batch)

    scorer = WithAuthorNames(Counting(["bad"]))
    batch = [candidate(TEXT, author_name=name) for name in ("Anna", "Bad Bob", "Anna")]
    for _ in range(2):
        measured = scorer.measure(batch)
        assert [[signal.name for signal in signals] for signals in measured] == [
            [],
            ["name_wordlist"],
            [],
        ]
    assert calls == [5, 3]
