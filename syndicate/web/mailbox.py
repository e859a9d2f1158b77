"""/mailbox: what the embedded mailbox accepted, for whoever tries Syndicate on this machine.

Only there, and only for this machine: the mails are other people's. Three things are asked for:

    the peer   the socket's own address is loopback, and so is whoever a proxy says asked it
    the host   the name that is asked for is loopback too, so that no page elsewhere can reach it
               by a name of its own that points here (DNS rebinding)
    the key    of the link that `syndicate up` prints; a cookie keeps it from then on

The first two are true of everything that a plain `proxy_pass` on this machine hands on, so they are
not enough. A mail's HTML is hostile until proved otherwise: it stands in a frame without script or
origin of its own.
"""

import ipaddress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from syndicate import settings
from syndicate.embedded import mailbox_link
from syndicate.embedded.mailbox_files import MailboxFolder
from syndicate.embedded.servers import mailbox_dir
from syndicate.errors import NotAllowedError, NotFoundError
from syndicate.render.environment import environment
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web import connection, static
from syndicate.web.headers import content_policy
from syndicate.web.mail_frame import framed, part
from syndicate.web.pages import PRIVATE

_NEWEST = 200
_COOKIE = "syndicate-mailbox"
_SHOWN_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Id")


def folder_of(request: Request, key: Annotated[str, Query(max_length=80)] = "") -> MailboxFolder:
    """The mailbox's folder, if there is one, the request comes from this machine and has the key.

    Raises:
        NotFoundError: there is none for this client.
        NotAllowedError: the key is missing, or another's.
    """
    if not is_open_to(request):
        raise NotFoundError("There is no mailbox here.")
    if not mailbox_link.fits(key or request.cookies.get(_COOKIE, "")):
        raise NotAllowedError(
            "The mailbox opens by the link that `syndicate up` prints, which has a key in it."
        )
    return MailboxFolder(_folder())


def is_open_to(request: Request) -> bool:
    """Whether there is a mailbox, and the request comes from this machine."""
    return _is_from_here(request) and _folder().is_dir()


def link_for(request: Request, actor: Actor) -> str:
    """Where an operator may open the mailbox; empty where there is none for them.

    Links by which others sign in are among the mails, so only whoever may make operators gets it.
    """
    if not is_open_to(request) or not actor.may(Permission.OPERATORS):
        return ""
    return mailbox_link.link("")


FolderOf = Annotated[MailboxFolder, Depends(folder_of)]

router = APIRouter(include_in_schema=False)


@router.get("/mailbox")
def mailbox_list(folder: FolderOf, key: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The newest messages; the key of the link goes into a cookie, and out of the address."""
    if key:
        opened = RedirectResponse(mailbox_link.PATH, 303, PRIVATE)
        opened.set_cookie(_COOKIE, key, path=mailbox_link.PATH, httponly=True, samesite="strict")
        return opened
    count = sum(1 for _ in folder.paths())
    return _page("list.html", messages=folder.newest(_NEWEST), count=count)


@router.get("/mailbox/{message_id}")
def mailbox_message(folder: FolderOf, message_id: str) -> Response:
    """One message: its headers, its HTML in a frame, its text."""
    message = folder.read(message_id)
    return _page(
        "message.html",
        message_id=message_id,
        headers=[(name, str(message[name])) for name in _SHOWN_HEADERS if message[name]],
        text=part(message, "plain"),
        has_html=part(message, "html") is not None,
    )


@router.get("/mailbox/{message_id}/html")
def mailbox_html(folder: FolderOf, message_id: str) -> Response:
    """The HTML part alone, for the frame."""
    html = part(folder.read(message_id), "html")
    if html is None:
        raise NotFoundError("This message has no HTML part.", message_id=message_id)
    return framed(html)


@router.get("/mailbox/{message_id}/raw")
def mailbox_raw(folder: FolderOf, message_id: str) -> Response:
    """The bytes as they were sent."""
    raw = folder.raw(message_id).decode("utf-8", "replace")
    return PlainTextResponse(raw, headers=PRIVATE)


def _folder() -> Path:
    own = settings.load()
    return mailbox_dir(own.data_dir) if own.data_dir else Path("/nonexistent")


def _is_from_here(request: Request) -> bool:
    own = connection.of(request.scope)
    asked_by = [request.client, own.client if own is not None else request.client]
    try:
        host = request.url.hostname or ""
    except ValueError:  # a Host header that is no host
        return False
    is_here = all(client is not None and _is_loopback(client[0]) for client in asked_by)
    return is_here and _is_loopback(host)


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _page(name: str, **context: object) -> Response:
    template = environment("en").get_template(f"web/mailbox/{name}")
    response = HTMLResponse(template.render(static=static.url, **context), headers=PRIVATE)
    response.headers["Content-Security-Policy"] = content_policy(frames="'self'")
    return response
