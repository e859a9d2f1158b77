"""Newsrooms whose names and values are as odd as they can be, for what reads them back."""

import io
from typing import Any

from hypothesis import strategies as st
from PIL import Image

# What a file, a shell or a page reads as its own, and what is seen by nobody.
ODD = "\"'\\#=[]{},:;%&<>$`~\u200f\u200e\u202b\u202c\u2066\u2069\u200d\ufeff\u00a0\u00ad"
ODD += "é٣ش\U0001f5de"
ASCII = "abzABZ019 -_."


def one_line(most: int = 40, without: str = "") -> st.SearchStrategy[str]:
    signs = "".join(sign for sign in ASCII + ODD if sign not in without)
    odd = st.sampled_from(['"""', "'''", "\\", '\\"', '""', "a\\u0041", "# no", "x = 1", "[[a]]"])
    odd = odd.filter(lambda text: not set(text) & set(without))
    text = st.text(signs, min_size=1, max_size=most) | odd
    return text.filter(lambda each: bool(each.strip()))


def prose() -> st.SearchStrategy[str]:
    ends = st.sampled_from(["\n", "\r\n", "\n\n", '\n"""\n', "\\\n", " \n ", "\u2028", "\n'''"])
    return st.tuples(one_line(), ends, one_line()).map("".join)


def by_language(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(["ar", "fr", "zh-Hant", "pt-BR"]), text, max_size=3)


LOGO = io.BytesIO()
Image.new("RGB", (3, 2), "#123456").save(LOGO, "PNG")


def made_of(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            name: each if isinstance(each, st.SearchStrategy) else st.just(each)
            for name, each in required.items()
        },
        optional=optional,
    )


def publication(slug: str) -> st.SearchStrategy[Any]:
    return made_of(
        {
            "slug": slug,
            "name": one_line(),
            "language": st.sampled_from(["en", "ar", "he", "zh-Hant"]),
            "zone": st.sampled_from(["UTC", "Europe/London", "America/Argentina/Buenos_Aires"]),
            "sender_address": st.sampled_from(["o'brien#x@news.example", "news@bücher.example"]),
        },
        {
            "names": by_language(one_line()),
            "host": st.sampled_from([f"{slug}.example:8080", f"بيت.{slug}.example"]),
            "home_url": st.sampled_from(
                ["https://news.example/?a='b'&c=\"d\"", "http://[2001:db8::1]/"]
            ),
            "sender_name": one_line(),
            "sender_names": by_language(one_line()),
            "reply_to": st.just("desk+x@news.example"),
            "postal_address": prose(),
            "postal_addresses": by_language(prose()),
            "reason": one_line(),
            "reasons": by_language(one_line()),
            "colour": st.sampled_from(["#1a4f8b", "#000"]),
            "colour_on_dark": st.sampled_from(["#9cc3f5", "#FFF"]),
            "logo": st.just(LOGO.getvalue()),
        },
    )


def publications() -> st.SearchStrategy[Any]:
    return st.tuples(publication("zulu"), publication("alpha"))


def desks() -> st.SearchStrategy[Any]:
    return st.tuples(
        made_of(
            {"publication": "zulu", "slug": "d", "name": one_line()},
            {"address": st.just("d@news.example")},
        )
    )


def sections() -> st.SearchStrategy[Any]:
    return st.tuples(
        *(
            made_of(
                {"publication": owner, "slug": slug, "name": one_line()},
                {"names": by_language(one_line()), "order": st.integers(0, 3)} | more,
            )
            for owner, slug, more in (
                ("zulu", "world", {"desk": st.just("d")}),
                ("zulu", "asia", {"parent": st.just("world")}),
                ("alpha", "asia", {}),
                ("alpha", "everything", {}),
                ("zulu", "alpha-asia", {}),
            )
        )
    )


def sources() -> st.SearchStrategy[Any]:
    return st.tuples(
        made_of(
            {
                "publication": "zulu",
                "url": st.sampled_from(["https://a.example/?x='\"\\", "https://a.example/b%22"]),
            },
            {
                "slug": st.just("wire"),
                "name": one_line(),
                "kind": st.sampled_from(["feed", "sitemap", "page"]),
                "section": st.just("asia"),
                "pages": st.sampled_from(["always", "never", "thin"]),
                "allow_origins": st.just(["10.1.0.7:8080", "[fd00::1]:80", "10.2.0.0/16"]),
                "compare_url": st.just("https://a.example/news.xml"),
                "robots": st.sampled_from(["obey", "ignore"]),
                "profile": st.sampled_from(
                    [
                        {"headline": 'h1[title="a\'b\\\\x"]', "zone": "Asia/Qatar"},
                        {
                            "drop": [{"select": ".x"}, ".y"],
                            "published": {
                                "select": "time",
                                "attribute": "x",
                                "format": None,
                            },
                        },
                    ]
                ),
            },
        ),
        made_of(
            {"publication": "alpha", "url": one_line(), "kind": "push"},
            {"name": one_line(), "slug": st.just("cms")},
        ),
    )


def feeds() -> st.SearchStrategy[Any]:
    return st.tuples(
        made_of(
            {
                "publication": "zulu",
                "slug": "floods",
                "title": one_line().map("Floods {}".format),
                "words": st.lists(one_line(), min_size=1, max_size=3),
            },
            {
                "description": one_line(),
                "full_text": st.booleans(),
                "sections": st.just(["asia"]),
                "tags": st.lists(one_line(without=","), max_size=3),
                "authors": st.lists(one_line(), max_size=2),
                "languages": st.just(["ar", "en"]),
                "kinds": st.just(["story"]),
            },
        )
    )


def newsletters() -> st.SearchStrategy[Any]:
    return st.tuples(
        *(
            made_of(
                {"publication": "zulu", "slug": slug, "name": one_line()},
                {
                    "kind": st.sampled_from(["digest", "alert"]),
                    "names": by_language(one_line()),
                    "description": one_line(),
                    "descriptions": by_language(prose()),
                    "sections": st.sampled_from([["asia"], ["asia", "world"]]),
                    "tags": st.lists(one_line(without=","), max_size=2),
                    "languages": st.just(["ar", "en"]),
                    "times": st.just(["23:59", "0:00"]),
                    "days": st.just([7, 1]),
                    "zone": st.just("Asia/Qatar"),
                    "size": st.integers(1, 20),
                    "public": st.booleans(),
                    "when_empty": st.sampled_from(["skip", "notice"]),
                },
            ).map(_of_its_kind)
            for slug in ("morning", "noon")
        )
    )


def _of_its_kind(newsletter: dict[str, Any]) -> dict[str, Any]:
    """Alerts have no times and no days."""
    is_alert = newsletter.get("kind") == "alert"
    return {k: v for k, v in newsletter.items() if not (is_alert and k in {"times", "days"})}


def operators() -> st.SearchStrategy[Any]:
    return st.tuples(
        made_of(
            {
                "slug": "desk",
                "name": one_line(),
                "address": "desk@news.example",
                "grants": ["admin"],
            },
            {},
        ),
        made_of(
            {"slug": "night", "name": one_line(), "address": "n'x@news.example"},
            {
                "languages": st.just(["ar", "en"]),
                "zone": st.just("Asia/Qatar"),
                "grants": st.lists(
                    st.sampled_from(
                        [
                            "viewer everywhere",
                            "editor in zulu",
                            "read for the newsletter noon",
                            "sender for the newsletter morning",
                            "articles.write in alpha",
                        ]
                    ),
                    max_size=4,
                ),
            },
        ),
    )


def tokens() -> st.SearchStrategy[Any]:
    return st.lists(
        made_of(
            {
                "slug": one_line(),
                "permissions": st.sampled_from([["editor"], ["read", "sender"]]),
            },
            {"publication": st.just("alpha"), "expires": st.just("2031-12-31")},
        ),
        max_size=2,
        unique_by=lambda each: each["slug"].strip(),
    )


def newsroom() -> st.SearchStrategy[Any]:
    """What a newsroom is made of, by kind."""
    return st.fixed_dictionaries(
        {
            "publications": publications(),
            "desks": desks(),
            "sections": sections(),
            "sources": sources(),
            "feeds": feeds(),
            "newsletters": newsletters(),
            "operators": operators(),
            "tokens": tokens(),
        }
    )
