"""Cookies of one chain of redirects: some servers answer only whoever brings back what they gave.

They are kept for the length of one question, go to the hosts that they are for, and are forgotten
with the answer: nobody is known again by us.
"""

import contextlib
from http.cookies import CookieError, SimpleCookie

import aiohttp
from yarl import URL

_MOST = 50  # of one chain; what comes after them is passed over
_MAX_CHARS = 4_096  # RFC 6265 6.1


class Cookies:
    """The cookies of one chain; made where a loop of asyncio runs."""

    def __init__(self) -> None:
        # An IP address is a host like others here: none of them is asked again with a cookie.
        self._jar = aiohttp.CookieJar(unsafe=True)

    def take(self, url: str, lines: tuple[str, ...]) -> None:
        """Keep what an answer's Set-Cookie headers say.

        Args:
            url: address that answered.
            lines: the headers, as they came; those that are no cookies are passed over.
        """
        for line in lines:
            if len(self._jar) >= _MOST or len(line) > _MAX_CHARS:
                continue
            with contextlib.suppress(CookieError, ValueError):
                self._jar.update_cookies(SimpleCookie(line), URL(url))

    def headers(self, url: str) -> dict[str, str]:
        """The Cookie header for an address; empty when there is none for it."""
        if not len(self._jar):
            return {}
        try:
            found = self._jar.filter_cookies(URL(url))
        except ValueError:  # no address: whoever asks it says so
            return {}
        said = "; ".join(f"{name}={each.coded_value}" for name, each in sorted(found.items()))
        return {"Cookie": said} if said else {}
