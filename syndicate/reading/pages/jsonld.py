"""JSON-LD of a page: the article among its nodes, as plain values.

Publishers write it by template, so it is often nearly JSON: trailing commas, raw line breaks, HTML
entities and comments are forgiven.
Source: schema.org; docs/facts/syndication.md#article-pages.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from syndicate.characters import resolved
from syndicate.reading import headlines
from syndicate.reading.encoding import legal_object
from syndicate.reading.names import are_persons, listed, name_list
from syndicate.reading.text import plain

Node = dict[str, Any]
_ARTICLES = re.compile(
    r"(Article|BlogPosting|Report|Blog|NewsStory|Review|MediaPosting|ForumPosting)$"
)
_COMMENTS = re.compile(
    r"^\s*(?:<!--|(?://\s*)?<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)"
    r"|(?:-->|(?://\s*)?\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_TRAILING = re.compile(r",(\s*[}\]])")
MAX_NODES = 2_000
_MAX_DEPTH = 12


def article_of(root: etree._Element) -> Node:
    """The node that is the page's article, references to others followed; empty without one."""
    nodes = list(_nodes(root))
    named = [node for node in nodes if isinstance(node.get("@id"), str)]
    by_id = {node["@id"]: node for node in named if _says_more(node)}
    found = [node for node in nodes if any(_ARTICLES.search(kind) for kind in kinds(node))]
    if not found:
        return {}
    best = max(found, key=_worth)
    return {key: _followed(value, by_id) for key, value in best.items()}


def kinds(node: Node) -> list[str]:
    """The types of a node, without their vocabulary."""
    written = node.get("@type", [])
    found = written if isinstance(written, list) else [written]
    return [str(each).rpartition("/")[2] for each in found]


def text(node: Node, *names: str) -> str:
    """The first of these properties that is a text, as a person reads it."""
    return plain(_said(node, names))


def headline(node: Node, *names: str) -> str:
    """The first of these properties that is a text, as a headline."""
    return headlines.as_text(_said(node, names))


def _said(node: Node, names: Iterable[str]) -> str:
    for name in names:
        value = node.get(name)
        if isinstance(value, list):
            value = next((each for each in value if isinstance(each, str | dict)), None)
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("@id")
        if isinstance(value, str) and value.strip():
            return resolved(value)
    return ""


def people(node: Node, *names: str) -> tuple[str, ...]:
    """Names of authors, however they are written: text, list, object or list of objects.

    One text alone is a byline as people write it, and lists hold a name each. One object holds
    a name too, but for the bylines of several people that many templates put there.
    """
    for name in names:
        value = node.get(name)
        values = value if isinstance(value, list) else [value]
        written = [each for value in values for each in _names(value) if each.strip()]
        found = listed(written) if len(written) > 1 else name_list(written)
        if len(found) > 1 and isinstance(values[0], dict) and not are_persons(found[:2]):
            found = listed(written)
        if found:
            return found
    return ()


def organisations(node: Node, *names: str) -> list[str]:
    """The names of authors that are said to be no persons, but newsrooms."""
    found = []
    for name in names:
        value = node.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and any("Organization" in kind for kind in kinds(each)):
                found += _names(each)
    return found


def texts(node: Node, name: str) -> list[str]:
    """A property that is a list of texts, or one text with commas."""
    value = node.get(name)
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return []
    found = [each.get("name", "") if isinstance(each, dict) else each for each in value]
    return [plain(resolved(each)) for each in found if isinstance(each, str) and each.strip()]


def pictures(node: Node) -> list[Node]:
    """The article's images as objects with at least `url`."""
    value = node.get("image")
    values = value if isinstance(value, list) else [value]
    found: list[Node] = []
    for each in values:
        if isinstance(each, str):
            found.append({"url": each})
        elif isinstance(each, dict):
            url = each.get("url") or each.get("contentUrl")
            url = url[0] if isinstance(url, list) and url else url
            if isinstance(url, str):
                found.append({**each, "url": url})
    return found


def is_paid(node: Node) -> bool:
    """Whether a node, or a part of it, is said not to be free to read."""
    parts = node.get("hasPart")
    each = [node, *(parts if isinstance(parts, list) else [parts])]
    return any(
        str(one.get("isAccessibleForFree")).strip().lower().rpartition("/")[2]
        in {"false", "no", "0"}
        for one in each
        if isinstance(one, dict)
    )


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = value.get("name") or value.get("alternateName")
    values = value if isinstance(value, list) else [value]
    return [resolved(each) for each in values if isinstance(each, str)]


def _nodes(root: etree._Element) -> Iterator[Node]:
    count = 0
    scripts = (
        each for each in root.iter("script") if "ld+json" in (each.get("type") or "").lower()
    )
    for script in islice(scripts, MAX_NODES):
        for node in _walk(_loaded(script.text or ""), 0):
            yield node
            count += 1
            if count == MAX_NODES:
                return


def _loaded(written: str) -> Any:
    body = _COMMENTS.sub("", written.strip()).strip().rstrip(";")
    for attempt in (body, _TRAILING.sub(r"\1", body), _TRAILING.sub(r"\1", resolved(body))):
        try:
            return json.loads(attempt, strict=False, object_hook=legal_object)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from _walk(each, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for name, each in value.items():
            # What a list of teasers holds is other articles.
            if isinstance(each, list | dict) and name not in {
                "itemListElement",
                "hasPart",
                "isPartOf",
            }:
                yield from _walk(each, depth + 1)


def _says_more(node: Node) -> bool:
    """Whether a node is more than a reference to another."""
    return bool(set(node) - {"@id", "@type"})


def _worth(node: Node) -> tuple[bool, bool, int]:
    return (
        bool(node.get("headline") or node.get("name")),
        bool(node.get("datePublished")),
        len(node),
    )


def _followed(value: Any, by_id: dict[str, Node]) -> Any:
    if isinstance(value, list):
        return [_followed(each, by_id) for each in value]
    if isinstance(value, dict) and "@id" in value and not value.get("name"):
        return by_id.get(str(value["@id"]), value)
    return value
