"""Words that name groups of people, in the languages that the models know and that of the console; neutral words, no slurs."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, Final, Literal

import re2

from moderation.domain.normalise import normalise
from moderation.domain.patterns import contains

GroupName = Literal["any", "religion", "origin", "gender", "orientation", "disability", "age"]
ANY_GROUP: Final = "any"  # all of them together

# Parted by commas; a star is however the word goes on, (a|b) either. What has an everyday meaning besides (black, old, man)
# stands in the plural, or with what makes it clear.
_TERMS: dict[GroupName, dict[str, str]] = {
    "religion": {
        "en": "christians, christianity, (a|the|every|no|good) christian, catholic*, protestants, protestantism, evangelical*, mormon*, jew, jews, jewish, judaism, muslim*, moslem*, islam*, hindu*, buddhis*, sikh*, atheis*, "
        "antisemit*, mosque*, synagogue*, churches",
        "de": "christen, christin, christinnen, christlich*, katholi*, evangelisch*, (ein|der|kein|jeder) jude, juden, jüdin, jüdinnen, jüdisch*, judentum, buddhist*, moschee*, "
        "synagoge*, kirchen",
        "fr": "chrétien*, juif, juifs, juive, juives, musulman*, bouddhis*, athée, athées, mosquée*, églises",
        "es": "cristianos, cristianas, cristianismo, católic*, judío, judíos, judía, judías, islámic*, budista*, ateo, ateos, atea, ateas, mezquita*",
        "it": "cattolic*, ebreo, ebrei, ebrea, ebree, ebraic*, buddist*, atei, moschea, moschee",
        "pt": "cristão, cristãos, cristã, cristãs, judeu, judeus, judia, judias, judaic*, muçulman*, ateu, ateus, mesquita*, igrejas",
        "tr": "hristiyan*, katolik*, yahudi*, müslüman*, budist*, ateist*, aleviler*, alevilik*, sünni*, camiler*, kiliseler*",
        "ru": "христиан*, католи*, православн*, евре(й|и|ев|ям|ями|ях), еврейск*, мусульман*, ислам*, буддис*, атеис*, мечет*, церквей",
    },
    "origin": {
        "en": "immigrant*, migrant*, refugee*, foreigners, (black|white|brown|native) (people|person|man|men|woman|women|guy|guys|folks|kid|kids|children|families|american|americans), "
        "(the|all|those|these) (blacks|whites), (people|person|women|men) of (color|colour), asian, asians, african, africans, arab, arabs, hispanic*, latino, latinos, latina, latinas, mexican*, "
        "chinese, indians, pakistani*, turks, turkish, (roma|romani) people, gypsies, indigenous, racis*",
        "de": "migration*, einwander*, zuwander*, ausländer*, flüchtling*, geflüchtet*, asylbewerber*, (schwarze|weiße) (menschen|männer|frauen), afrikaner*, araber*, "
        "arabisch*, asiat*, türke, türken, türkin, türkinnen, türkisch*, syrer*, afghan*, sinti, rassis*",
        "fr": "immigré*, étrangers, étrangères, réfugié*, (les|des) (noirs|blancs|turcs), africain*, arabe, arabes, asiatique*, maghrébin*, algérien*, chinois",
        "es": "inmigrante*, migrante*, extranjeros, extranjeras, refugiad*, (los|las) (negros|negras|blancos|blancas|chinos), asiático*, gitano*, gitana*, indígena*",
        "it": "immigrat*, migranti, stranieri, straniere, profugh*, rifugiat*, i (neri|bianchi), arabi, asiatic*, cinesi, romeni, rumeni, zingar*, razzis*",
        "pt": "imigrante*, estrangeiros, estrangeiras, (os|as|pessoas) (negros|negras|brancos|brancas), árabe*, cigano*, cigana*",
        "tr": "göçmen*, mülteci*, sığınmacı*, yabancılar*, suriyeli*, kürtler*, kürtçe, araplar*, afrikalı*, siyahiler*, çingene*, ermeni*, ırkçı*",
        "ru": "мигрант*, иммигрант*, бежен(ец|цы|цев|цам|цами|цах), иностранцы, иностранцев, чернокож*, африкан*, арабы, арабов, азиат*, таджик*, узбек*, кавказц*, "
        "цыган*, чечен*, украинц*, расис*",
    },
    "gender": {
        "en": "woman, women, girl, girls, female, females, ladies, men, males, boys, feminis*, transgender*, transsexual*, trans (woman|women|man|men|people|person|kids), "
        "non( |)binary, sexis*, misogyn*",
        "de": "(eine|die|jede|keine|diese) frau, frauen, mädchen, weiblich*, männer, männern, männlich*, jungs, transsexuell*, trans(| )(frau|frauen|mann|männer|menschen|personen), nichtbinär*",
        "fr": "femme, femmes, fille, filles, féminin*, hommes, masculin*, garçons, féminis*, transgenre*, transsexuel*",
        "es": "mujer, mujeres, chica, chicas, hombres, femenin*, transgénero*, machis*",
        "it": "donna, donne, ragazza, ragazze, femminil*, uomini, maschi, maschil*, femminis*, transessual*, sessis*",
        "pt": "mulher, mulheres, menina, meninas, homens, transexua*",
        "tr": "kadın*, kızlar*, erkekler*, transseksüel*, cinsiyetçi*",
        "ru": "женщин*, девушк*, девочк*, мужчин*, феминис*, трансгендер*, транссексуал*, сексис*",
    },
    "orientation": {
        "en": "gay, gays, lesbian*, homosexual*, bisexual*, queer, queers, lgbt*, heterosexual*, homophob*, same sex",
        "de": "schwul*, lesbe, lesben, lesbisch*, homosexuell*, bisexuell*, queere*, heterosexuell*, gleichgeschlechtlich*",
        "fr": "homosexuel*, lesbienne*, bisexuel*, hétérosexuel*",
        "es": "lesbiana*, gais, homófob*",
        "it": "omosessual*, lesbica, lesbiche, bisessual*, eterosessual*, omofob*",
        "pt": "homossexua*, lésbica*, bissexua*, heterossexua*, homofób*",
        "tr": "eşcinsel*, lezbiyen*, biseksüel*, heteroseksüel*",
        "ru": "ге(й|и|ев|ям|ями), лесбиян*, гомосексуал*, бисексуал*, гетеросексуал*, лгбт*",
    },
    "disability": {
        "en": "the disabled, disabled (people|person|man|men|woman|women|kids|children), disability, disabilities, wheelchair*, autistic, autism, deaf, (blind|deaf) (people|person|man|men|woman|women|kids|children), down syndrome, dyslexi*, "
        "epilep*, mentally ill, mental illness, schizophren*",
        "de": "behinderte (menschen|personen|kinder|frauen|männer), (menschen|personen|kinder|frauen) mit behinderung*, schwerbehindert*, rollstuhl*, autis*, gehörlos*, blinde (menschen|männer|frauen|kinder), down syndrom, psychisch krank*",
        "fr": "handicap*, fauteuil roulant, sourds, sourdes, aveugles, trisomi*, malades mentaux, malade mental",
        "es": "discapacidad*, discapacitad*, minusválid*, silla de ruedas, sordos, sordas, ciegos, ciegas, síndrome de down, esquizofren*",
        "it": "disabil*, sedia a rotelle, (i|dei|ai) sordi, sordomut*, ciechi, sindrome di down, (malattia|malattie|malati) (mentale|mentali)",
        "pt": "(pessoas|pessoa) com deficiência, deficientes, cadeira de rodas, surdos, surdas, cegos, doença mental, esquizofrên*",
        "tr": "engelliler*, tekerlekli sandalye*, otizm*, otistik*, sağırlar*, down sendrom*, şizofren*",
        "ru": "инвалид*, аутизм*, аутист*, глухие, глухих, слепые, слепых, шизофрен*, эпилеп*, синдром дауна",
    },
    "age": {
        "en": "(old|older|elderly|young|younger) (people|person|folks|man|men|woman|women|lady|ladies), the elderly, pensioner*, retiree*, senior citizen*, boomer*, teenager*, "
        "millennial*, generation z, gen z, ageis*",
        "de": "(alte|ältere|alter|junge) (menschen|leute|mann|männer|frau|frauen), senioren, seniorin*, rentner*, jugendlich*",
        "fr": "personnes âgées, les (vieux|jeunes), vieillards, retraités, retraitées, adolescent*",
        "es": "ancian*, (los|las) (viejos|viejas|jóvenes), jubilad*, personas mayores",
        "it": "anziani, anziane, pensionat*, i (vecchi|giovani)",
        "pt": "idosos, idosas, os (velhos|jovens), aposentad*",
        "tr": "yaşlılar*, yaşlı insan*, emekliler*, gençler*, ergenler*",
        "ru": "пенсионер*, старики, стариков, старух*, пожил*, молодеж*, подростк*",
    },
}
GROUPS = tuple(_TERMS)
LANGUAGES = tuple(_TERMS["religion"])

_WORD = re.compile(r"[^\W_]+")
_CHOICE = re.compile(r"\(([^)]*)\)")


def named_groups(text: str) -> frozenset[GroupName]:
    """Which of GROUPS the words of a text name, disguised or not. It finds words, not what is meant by them."""
    words = _words(normalise(text).text)
    if (
        not text.isascii()
    ):  # where letters look like Latin ones, a word of another script is not itself any more
        words += _words(text)
    patterns, any_of_them = _patterns()
    if not contains(any_of_them, words):
        return frozenset()
    return frozenset(group for group, pattern in patterns.items() if contains(pattern, words))


def terms_of(group: GroupName, language: str) -> Iterator[str]:
    """Each term as people write it; a star at its end is however the word goes on."""
    for written in _TERMS[group][language].split(", "):
        texts = _CHOICE.split(written)  # every second one is of choices
        choices = [text.split("|") if place % 2 else [text] for place, text in enumerate(texts)]
        yield from map("".join, product(*choices))


def _words(text: str) -> str:
    """The words of a text as they are compared: between spaces, without accents, in small letters."""
    folded = text.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(each for each in apart if not unicodedata.combining(each))
        folded = folded.replace("ı", "i")  # as in Turkish
    return f" {' '.join(_WORD.findall(folded))} "


@cache
def _patterns() -> tuple[dict[GroupName, Any], Any]:
    """One for each group, and one for all."""
    written = {
        group: "|".join(
            _words(term).rstrip() + ("" if term.endswith("*") else " ")
            for language in LANGUAGES
            for term in terms_of(group, language)
        )
        for group in GROUPS
    }
    patterns = {group: re2.compile(terms) for group, terms in written.items()}
    return patterns, re2.compile("|".join(written.values()))
