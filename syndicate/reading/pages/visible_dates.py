"""When an article was published, where only its readers are told: beside the headline, in words.

It is looked for among the article's own elements: in those whose class says that they hold a day,
then in the line below the headline that has a day and a time. It is taken where nobody would read
it otherwise. The day in a page's address is the last resort. What is found so lies in the past:
nothing here holds an article back.
"""

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from syndicate.reading import dates
from syndicate.reading.pages.own_elements import main_heading, own_elements, words_of_name
from syndicate.reading.pages.size import begin_of

_OF_DATES = frozenset(
    re.findall(
        r"\S+",
        "date datum dates datetime dateline published publish publishdate publication pubdate "
        "posted postdate timestamp time erstellt fecha data parution datapub",
    )
)
# Words of the last change, which is no publication.
OF_CHANGES = re.compile(
    r"updat|modif|aktualisiert|ge\u00e4ndert|actualiz|aggiornat|mis \u00e0 jour|bijgewerkt|"
    r"opdateret|uppdaterad|oppdatert|\u0443\u043f\u0434|\u043e\u0431\u043d\u043e\u0432\u043b|"
    r"\u062a\u062d\u062f\u064a\u062b|g\u00fcncel|diperbarui|zaktualizowano",
    re.IGNORECASE,
)
_MAX_TEXT = 120
_BELOW = 15  # elements below the headline
_DAY = re.compile(
    r"(?<![\d/.\-])(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:20)?\d\d"
    r"|\d{1,2}\.?\s?(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s)?(?:19|20)\d\d"
    r"|[^\W\d_]{3,12}\.?\s\d{1,2},?\s(?:19|20)\d\d)(?!\d)"
)
_CLOCK = re.compile(
    r"(?<![\d:.])\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?![\d:])", re.IGNORECASE
)
_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)(?:/(\d{1,2})/(\d{1,2})|-(\d\d)-(\d\d)|(\d\d)(\d\d))(?=[/_.-]|$)"
)


def date_of(root: etree._Element, url: str, *, now: dt.datetime) -> str:
    """The day, and where it is said the time, of a page whose machine-readable parts say none.

    Args:
        root: the page.
        url: its address.
        now: aware UTC; what lies ahead of it is not believed.

    Returns:
        A date as `reading.dates` reads it; empty where there is none.
    """
    found = (each for each in _candidates(root, url) if _is_believed(each, now))
    return next(found, "")


def _candidates(root: etree._Element, url: str) -> Iterator[str]:
    own = list(own_elements(root))
    for element in own:
        if not _OF_DATES.isdisjoint(words_of_name(element)):
            yield from _written(begin_of(element, _MAX_TEXT))
    heading = main_heading(root)
    if heading in own:
        below = own.index(heading) + 1
        for element in own[below : below + _BELOW]:
            text = " ".join((element.text or "").split())
            if _CLOCK.search(text):
                yield from _written(text)
    yield from _of_address(url)


def _written(text: str) -> Iterator[str]:
    day = _DAY.search(text) if len(text) <= _MAX_TEXT else None
    if day is not None and not OF_CHANGES.search(text):
        clock = _CLOCK.search(text, day.end()) or _CLOCK.search(text)
        yield f"{day[0]} {clock[0]}" if clock else day[0]


def _of_address(url: str) -> Iterator[str]:
    try:
        path = urlsplit(url).path
    except ValueError:
        return
    for match in _IN_ADDRESS.finditer(path):
        year, month, day = (each for each in match.groups() if each is not None)
        yield f"{year}-{int(month):02}-{int(day):02}"


def _is_believed(text: str, now: dt.datetime) -> bool:
    found = dates.written(text)
    if found is None or not found.has_sure_day:
        return False
    moment = dates.read(text, now=now)
    return moment is not None and moment <= now
