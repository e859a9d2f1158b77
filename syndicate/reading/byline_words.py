"""What stands in a byline beside the names: words for "by", days, places, others' work. Pure."""

import re

# These say no more than that somebody wrote.
_WORDS = (
    r"(?:(?:words|written|reported|reporting|posted|published|story|posts|view all posts)\s)?by"
    r"|(?:(?:geschrieben|verfasst|text)\s)von|(?:(?:écrit|rédigé|publié|recueillis|texte)\s)?par"
    r"|(?:(?:escrito|publicado|redactado|texto)\s)?por|(?:scritto|pubblicato)\sda|a cura di"
    r"|(?:geschreven\s)?door|oleh|text|(?:skriven|skrevet|publicerad|tekst|text)\sa[vf]"
    r"|scris de|yazan|napisała?|oprac\.|γράφει(?:\s[οη](?=\s))?|מאת|автор[ыи]?"
    r"|بقلم|كتبت?|كتبه|كتبها|إعداد|اعداد|تقرير|تحرير"
)
# These begin names too: they count before two words, or a house's short name.
_PARTICLES = "von|di|da|av|af|του|της"
# These count before a colon or a stroke alone.
_LABELS = (
    r"authors?|writers?|redaktion|auto(?:r|ra|res|ren|rin|ři)|auteurs?|autore|autori|kirjoittaja"
    r"|teksti?|texte?|texto|text\s?(?:/|und|&|\+|og|och)\s?(?:fotos?|bild(?:er)?)|szerző|írta|de"
    r"|yazar|haber|penulis|tác giả|текст|автор текста|الكاتبة?|المؤلف|כתבה?|作者|记者|記者|文|글"
)
_SIGN = r"\s*+[:：/｜|]\s*+"  # noqa: RUF001 - signs of Chinese
_BY = re.compile(
    rf"^(?:(?:{_WORDS})(?:{_SIGN}|\s++(?:[-–—]\s++)?)"  # noqa: RUF001 - dashes
    rf"|(?:{_PARTICLES})(?:{_SIGN}|\s++(?-i:(?=(?![a-z])[^\W\d_]\S*\s|[a-z]{{2,4}}$|[A-Z]{{2,5}}$)))"
    rf"|(?:{_LABELS}){_SIGN})(?=\S)",
    re.IGNORECASE,
)
# Who made something else of it.
_WORK = (
    r"(?:edit(?:ing|ed)|photo(?:s|graphs?|graphy)?|pictures?|illustrations?|graphics?|videos?"
    r"|translat(?:ion|ed)|fotos?|fotografie|bild(?:er)?|تصوير|ترجمة|фото)"
)
_OTHER_WORK = re.compile(
    rf"^{_WORK}(?:\s(?:by|von|par|por|di|door)\s|\s*+[:：])",  # noqa: RUF001 - a colon of Chinese
    re.IGNORECASE,
)
# What is said behind a name: of when it was, of others' work, and where to find somebody.
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_END = re.compile(
    r"(?<=\S)(?:\s*+[-–—•·|,]\s*+|\s++)(?:"  # noqa: RUF001 - dashes
    r"(?:last\s)?(?:updated|published)|posted|aktualisiert|veröffentlicht|publié|mis à jour"
    r"|actualizado|aggiornato|pubblicato|bijgewerkt|uppdaterad|oppdatert|opdateret"
    rf"|(?:on\s)?{_WEEKDAY}(?=,?\s(?:[a-z]{{3,9}}\.?\s)?\d)|on(?=\s[a-z]{{3,9}}\.?\s\d)"
    r"|\d++\s?(?:min|hours?|days?|weeks?|std|minut)|@\w++$"
    rf"|{_WORK}\s(?:by|von|par|por)\s).*$",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(?<!\s)\s++(?:in|for)\s(?![a-z])[^\W\d_].*$")
_NOBODY = frozenset(
    re.findall(
        r"\S+",
        "agencies agency others staff agenturen agentur agences agence agencias agenzie وكالات "
        "updated published monday tuesday wednesday thursday friday saturday sunday",
    )
)
_AGENCIES = frozenset(
    re.findall(
        r"\S+",
        "reuters dpa epa sda efe ansa tass belga ritzau kyodo yonhap xinhua bloomberg agi lusa "
        "anadolu ukrinform interfax رويترز أفب",
    )
)
_SHORT_NAME = 5  # letters of an agency's, all large


def without_sign(text: str) -> str:
    """A byline without the word for "by" that it begins with."""
    return _BY.sub("", text)


def without_end(text: str) -> str:
    """A byline without what is said behind the names: a day, a time, who took the pictures."""
    return _END.sub("", text, count=1)


def without_place(text: str) -> str:
    """A name without the place or the house that somebody wrote from."""
    return _PLACE.sub("", text)


def is_of_other_work(text: str) -> bool:
    """Whether a line says who took the pictures, or what else was done by others."""
    return _OTHER_WORK.match(text) is not None


def is_nobody(text: str) -> bool:
    """Whether a part of a byline is nobody's name, and no house's."""
    return text.strip(".").casefold() in _NOBODY


def is_agency(text: str) -> bool:
    """Whether a word alone is the name of an agency or a house, and no town's."""
    return text.casefold() in _AGENCIES or (text.isupper() and len(text) <= _SHORT_NAME)
