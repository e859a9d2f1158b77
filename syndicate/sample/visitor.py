"""A reader with a browser, for the demo: opens pages, follows links, fills in forms and sends them.

It speaks to the demo's own web server on loopback and to nobody else. What a browser does by itself
(hidden fields, ticked boxes, relative addresses, saying where a form came from) is done here too.
"""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import lxml.html
from lxml.html import FormElement, HtmlElement

from syndicate.errors import FetchError

_TIMEOUT_S = 30.0
_SAFE = "/%:@!$&'()*+,;=~"  # RFC 3986 3.3, and what is encoded already
_AGENT = "Syndicate-demo-reader/1.0"


@dataclass(frozen=True)
class Reply:
    """What a page answered; header names in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def html(self) -> HtmlElement:
        """The page, with every address in it made absolute."""
        parser = lxml.html.HTMLParser(encoding="utf-8")
        page: HtmlElement = lxml.html.fromstring(self.body, base_url=self.url, parser=parser)
        page.make_links_absolute(self.url)
        return page

    def text(self) -> str:
        """What a page that refuses says, on one line."""
        return " ".join(self.html().text_content().split())[:300]

    def form(self) -> FormElement:
        """The page's form that is posted.

        Raises:
            FetchError: it has none.
        """
        for form in self.html().forms:
            if form.method == "POST":
                found: FormElement = form
                return found
        raise FetchError(f"The page {self.url} has no form to fill in; it answered {self.status}.")


def get(url: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Open a page; a redirect is shown, not followed.

    Raises:
        FetchError: the server does not answer.
    """
    return _ask("GET", url, headers=headers or {})


def send(form: FormElement, filled: Mapping[str, str]) -> Reply:
    """Send a form with some of its fields filled in; the others stay as they are.

    Raises:
        FetchError: the server does not answer.
    """
    for name, value in filled.items():
        form.fields[name] = value
    url = str(form.action)
    parts = urlsplit(url)
    return _ask(
        "POST",
        url,
        body=urlencode(list(form.form_values())).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"{parts.scheme}://{parts.netloc}",
        },
    )


def _ask(method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=_TIMEOUT_S
    )
    try:
        connection.request(method, path, body, {"User-Agent": _AGENT, **headers})
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(f"{url} did not answer: {error}.", url=url) from error
    finally:
        connection.close()
    named = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(url, answer.status, named, content)
