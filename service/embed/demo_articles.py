"""The articles of the demo newspaper, invented from first to last line."""

from dataclasses import dataclass

from moderation.domain.comment import PageState


@dataclass(frozen=True, slots=True)
class Article:
    """state: what the first start sets for its comments. language: BCP 47; direction: ltr or rtl."""

    slug: str
    kicker: str
    title: str
    byline: str
    lead: str
    paragraphs: tuple[str, ...]
    state: PageState = PageState.OPEN
    language: str = "en"
    direction: str = "ltr"

    @property
    def path(self) -> str:
        return f"/demo/{self.slug}"


FERRY = Article(
    "ferry",
    "Transport",
    "The night ferry comes back",
    "By Ida Quist",
    "For eleven years the last boat to Gull Island left at six in the evening. From next Friday it leaves at a quarter "
    "to midnight, and the bakers are pleased.",
    (
        "The harbour council voted nine to two on Tuesday to let the Maren run again after dark. She was laid up when "
        "the old lighthouse lost its keeper. The new lamp needs none, and the two councillors who voted against said "
        "they had no quarrel with the ferry, only with the noise of the ramp.",
        "“My flour comes on the evening train,” said the island’s baker. “Until now it slept on the mainland, and I "
        "did not.” A crossing will cost four crowns, and nothing for anyone who carries an instrument.",
    ),
)
LIGHTHOUSE = Article(
    "lighthouse",
    "من الجزر",
    "المنارة القديمة تضيء من جديد",
    "بقلم سلمى حدّاد",
    "بعد أحد عشر عامًا من الظلام، عاد ضوء المنارة القديمة ليرشد القوارب إلى ميناء سولتمارش.",
    (
        "المصباح الجديد لا يحتاج إلى حارس، لكن أهل الجزيرة اجتمعوا مساء الثلاثاء عند باب المنارة كما كانوا يفعلون من قبل.",
        "قال صيّاد عجوز: «كنّا نسمع البحر ولا نراه، والآن نرى الطريق كلّه». وستفتح المنارة أبوابها للزوّار يوم الجمعة.",
    ),
    PageState.PREMODERATED,
    "ar",
    "rtl",
)
CHOIR = Article(
    "choir",
    "Culture",
    "The choir that sings to seals",
    "By Tom Arden",
    "Every March the singers of Saltmarsh row out to the sandbank. The seals have come to expect it.",
    (
        "It began as a bet in the winter of 1974, the choir’s oldest alto says, and nobody has found a reason to stop. "
        "The programme is short: two hymns, one shanty, and whatever the wind allows.",
        "The harbour master asks visitors to stay on the pier. The seals, he adds, prefer the tenors.",
    ),
    PageState.CLOSED,
)
ARTICLES = (FERRY, LIGHTHOUSE, CHOIR)
