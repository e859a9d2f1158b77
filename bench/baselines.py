"""The two ways everybody starts with, for bench/send.py.

python -m bench.baselines naive|inlined_smtplib PORT COUNT
"""

import smtplib
import sys
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from bench.ground import at_the_barrier
from syndicate.render.email import inline
from syndicate.render.environment import environment
from tests.mail.campaign import NOW, Plan, _context

SHAPE = {"stories_per_section": 4, "paragraphs": 14}


def pages() -> tuple[str, str]:
    """The digest's text and its HTML, styles not inlined yet."""
    jinja = environment("en")
    context = _context(Plan(**SHAPE), NOW)  # type: ignore[arg-type]
    text, page = (jinja.get_template(f"mail/digest/body.{kind}") for kind in ("txt", "html"))
    context |= {"slot": "slot:{}".format, "begin": lambda *_block: "", "end": lambda: ""}
    return text.render(context), page.render(context)


def inlined_smtplib() -> Callable[[str], tuple[str, str]]:
    """Rendered and inlined once; each reader's links are put in by replacing."""
    text, page = pages()
    page = inline(page)

    def copy(address: str) -> tuple[str, str]:
        link = f"https://news.daily.example/unsubscribe/{address}"
        return (
            text.replace("slot:unsubscribe_url", link).replace("slot:preferences_url", link),
            page.replace("slot:unsubscribe_url", link).replace("slot:preferences_url", link),
        )

    return copy


def naive() -> Callable[[str], tuple[str, str]]:
    """Rendered and inlined for each reader."""

    def copy(_address: str) -> tuple[str, str]:
        text, page = pages()
        return text, inline(page)

    return copy


def send(copy: Callable[[str], tuple[str, str]], port: int, count: int) -> dict[str, Any]:
    """Send, one connection, one message after another."""
    with smtplib.SMTP("127.0.0.1", port) as relay:
        for number in range(count):
            address = f"reader{number:06}@example.com"
            text, page = copy(address)
            message = EmailMessage()
            message["From"] = "The Daily <news@daily.example>"
            message["To"] = address
            message["Subject"] = "Morning"
            message["Message-ID"] = f"<{number}.{id(copy)}@daily.example>"
            message["List-Unsubscribe"] = f"<https://news.daily.example/unsubscribe/{address}>"
            message.set_content(text)
            message.add_alternative(page, subtype="html")
            relay.send_message(message)
    return {"sent": count}


if __name__ == "__main__":
    WAYS = {"naive": naive, "inlined_smtplib": inlined_smtplib}
    COPY = WAYS[sys.argv[1]]()
    at_the_barrier(lambda: send(COPY, int(sys.argv[2]), int(sys.argv[3])))
