"""What a webhook is sent of a ring, in the shape that its receiver reads.

Texts come from rows, and rows from others' feeds: each shape writes them so that they are text and
nothing else. Slack's control characters are escaped; Teams gets runs of text, in which no Markdown
is read.

Source: Slack's incoming webhooks; Teams' workflow webhooks; Adaptive Cards (RichTextBlock,
Action.OpenUrl); PagerDuty Events API v2; Standard Webhooks (payload).
"""

import enum
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from syndicate import clock
from syndicate.alarms.telling import words
from syndicate.alarms.telling.ring import Telling, What
from syndicate.vocabulary.bells import Severity

_SLACK_CHARS = 2900  # of a section, which may hold 3,000
_SUMMARY_CHARS = 1000  # PagerDuty's holds 1,024
_CARD = "application/vnd.microsoft.card.adaptive"
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"  # a name, never asked for


class Shape(enum.StrEnum):
    """What reads a webhook, by the scheme that its address is written with."""

    JSON = "json"
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"


def body(shape: Shape, telling: Telling, *, base: str, key: str) -> bytes:
    """The whole body of a request.

    Args:
        shape: what reads it.
        telling: what is told.
        base: this installation's address, which names it among others.
        key: PagerDuty's integration key; of nobody else.
    """
    made = _SHAPES[shape](telling, base, key)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _json(telling: Telling, base: str, _key: str) -> dict[str, Any]:
    ring = telling.ring
    return {
        "type": f"ring.{telling.what}",
        "timestamp": clock.iso(ring.began_at),
        "data": {
            "installation": base,
            "id": ring.id,
            "bell": ring.bell,
            "key": ring.key,
            "text": ring.text,
            "began_at": clock.iso(ring.began_at),
            "rung": ring.rung,
            "state": ring.state.value,
            "severity": ring.severity.value,
            "owner": ring.owner,
            "publication": ring.publication,
            "acknowledged_by": ring.acknowledged_by,
            "runbook": ring.runbook,
            "link": ring.link,
        },
    }


def _slack(telling: Telling, _base: str, _key: str) -> dict[str, Any]:
    head, text = _escaped(words.headline(telling)), _escaped(telling.ring.text)
    told = [f"{name}: {_escaped(value)}" for name, value in words.facts(telling)]
    led = [f"<{_escaped(address)}|{name}>" for name, address in words.links(telling)]
    return {
        "text": f"{head}: {text}"[:_SLACK_CHARS],
        "unfurl_links": False,
        "blocks": [
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": f"*{head}*\n{text}"[:_SLACK_CHARS]},
            },
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": " · ".join((*told, *led))[:_SLACK_CHARS]}],
            },
        ],
    }


def _escaped(text: str) -> str:
    """As text alone: `<!channel>` would call everybody."""
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, instead)
    return text


def _teams(telling: Telling, _base: str, _key: str) -> dict[str, Any]:
    told = [f"{name}: {value}" for name, value in words.facts(telling)]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": _CARD,
                "contentUrl": None,
                "content": {
                    "$schema": _SCHEMA,
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        _run(words.headline(telling), size="Large", weight="Bolder"),
                        _run(telling.ring.text),
                        *(_run(each, isSubtle=True) for each in told),
                    ],
                    "actions": [
                        {"type": "Action.OpenUrl", "title": name, "url": address}
                        for name, address in words.links(telling)
                    ],
                },
            }
        ],
    }


def _run(text: str, **style: object) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


_ACTIONS = {What.RINGING: "trigger", What.ACKNOWLEDGED: "acknowledge", What.OVER: "resolve"}


def _pagerduty(telling: Telling, base: str, key: str) -> dict[str, Any]:
    ring = telling.ring
    host = urlsplit(base).netloc
    event: dict[str, Any] = {
        "routing_key": key,
        "event_action": _ACTIONS[telling.what],
        "dedup_key": f"syndicate/{host}/ring/{ring.id or ring.bell}"[:255],
    }
    if telling.what is not What.RINGING:
        return event
    details = dict(words.facts(telling))
    return event | {
        "client": f"Syndicate at {host}",
        "client_url": ring.link,
        "links": [{"href": address, "text": name} for name, address in words.links(telling)],
        "payload": {
            "summary": f"{words.headline(telling)}: {ring.text}"[:_SUMMARY_CHARS],
            "source": host,
            "severity": "critical" if ring.severity is Severity.PAGE else "warning",
            "timestamp": clock.iso(ring.began_at),
            "component": ring.publication or "installation",
            "class": ring.bell,
            "custom_details": details | {"rung": ring.rung},
        },
    }


_SHAPES: Mapping[Shape, Callable[[Telling, str, str], dict[str, Any]]] = {
    Shape.JSON: _json,
    Shape.SLACK: _slack,
    Shape.TEAMS: _teams,
    Shape.PAGERDUTY: _pagerduty,
}
