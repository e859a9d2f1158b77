"""/console/lists: bring a newsletter's readers in from a file, and give them out as one."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from syndicate import clock
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.views import operations
from syndicate.subscribers import code_pages, lists, steering, transfer, uploads
from syndicate.subscribers.columns import HOW_TO_IGNORE
from syndicate.subscribers.uploads import Upload
from syndicate.web.console import pages
from syndicate.web.console.actors import CanExport, CanImport, CanRead
from syndicate.web.errors import status_of
from syndicate.web.pages import PRIVATE
from syndicate.web.storable import Text

_LINES_SHOWN = 200
# How the form says it, where commands and the API name an option.
_HOW_HERE = (
    "name what says nothing of the kind in the field “Columns to ignore”. Nothing was imported."
)
_HOW_ENCODED = (
    "name it in the field “Code page”, such as cp1252 or cp1251, or save it as CSV in UTF-8. "
    "Nothing was imported."
)
_HOW_LIST = "name in the field “List” which one to import. Nothing was imported."
_PASTED = "pasted into the console"
_DRY_RUN = "dry-run"  # the button that asks first
router = APIRouter(include_in_schema=False)
Typed = Annotated[Text, Form()]


@router.get("/console/lists")
def form(actor: CanRead, newsletter: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The form to bring readers in, and the buttons to give them out."""
    return _page(actor, {"newsletter": newsletter})


@router.post("/console/lists")
def bring_in(  # noqa: PLR0913 - the fields of the form
    actor: CanImport,
    *,
    newsletter: Typed = "",
    wording: Typed = "",
    origin: Typed = "",
    ignored: Typed = "",
    encoding: Typed = "",
    only: Typed = "",
    by_tags: Typed = "",
    pasted: Annotated[str, Form()] = "",
    do: Typed = "",
    file: UploadFile | None = None,
) -> Response:
    """Bring in the readers of a file or of pasted lines, or only say what would become of them."""
    named = (file.filename or "") if file is not None else ""
    typed = {
        "newsletter": newsletter,
        "wording": wording,
        "origin": origin,
        "ignored": ignored,
        "encoding": encoding,
        "only": only,
        "by_tags": by_tags,
        "pasted": pasted,
    }
    try:
        transfer.refuse_by_name(named)
        names = [each.strip() for each in ignored.split(",") if each.strip()]
        how = transfer.How(names, only, bool(by_tags))
        raw = _content(file if named else None, pasted)
        upload = uploads.opened(raw, encoding=encoding.strip() if named else "", ignored=names)
        if do == _DRY_RUN:
            found = _foretold(actor, newsletter, upload, how)
            return _page(actor, typed, found=upload.noted(found), named=named)
        done = steering.bring_in(
            upload.lines,
            newsletter,
            wording=wording,
            origin=origin or named[:200] or _PASTED,
            left=upload.left,
            how=how,
            actor=actor,
            now=clock.now(),
        )
    except (UsageError, NotFoundError, RefusedError) as error:
        return _page(actor, typed, problem=error, named=named)
    return _done(actor, upload.noted(done), newsletter)


@router.post("/console/lists/export")
def give_out(actor: CanExport, newsletter: Typed = "") -> Response:
    """A newsletter's readers as a CSV file, which the form above reads."""
    lines = steering.give_out(newsletter, actor=actor, now=clock.now())
    day = f"{clock.now():%Y-%m-%d}"
    named = {"Content-Disposition": f'attachment; filename="{newsletter}-{day}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=PRIVATE | named)


def _done(actor: Actor, done: transfer.Imported, newsletter: str) -> Response:
    return pages.render(
        actor,
        "lists_done.html",
        tab="newsletters",
        done=done,
        newsletter=newsletter,
        most=_LINES_SHOWN,
    )


def _foretold(actor: Actor, slug: str, upload: Upload, how: transfer.How) -> transfer.Foreseen:
    return steering.foresee(
        upload.lines,
        slug,
        left=upload.left,
        how=how,
        actor=actor,
        now=clock.now(),
    )


def _content(file: UploadFile | None, pasted: str) -> bytes:
    if file is not None:
        return file.file.read()
    if not pasted.strip():
        raise UsageError("Choose a file, or paste its lines.")
    return pasted.encode()


def _page(
    actor: Actor,
    typed: dict[str, str],
    *,
    problem: UsageError | NotFoundError | RefusedError | None = None,
    found: transfer.Foreseen | None = None,
    named: str = "",
) -> Response:
    with transaction() as tx:
        every = newsletters.every(tx)
        readers = operations.active_readers(tx)
    return pages.render(
        actor,
        "lists.html",
        status=status_of(problem) if problem else 200,
        tab="newsletters",
        importable=[each for each in _of(actor, Permission.IMPORT, every) if not each.ended_at],
        exportable=_of(actor, Permission.EXPORT, every),
        readers=readers,
        typed=typed,
        problem=_here(problem) if problem else "",
        found=found,
        most=_LINES_SHOWN,
        named=named,
    )


def _here(problem: Exception) -> str:
    """A sentence that names an option of commands, naming the form's field."""
    said = str(problem).replace(HOW_TO_IGNORE, _HOW_HERE)
    return said.replace(code_pages.HOW, _HOW_ENCODED).replace(lists.HOW, _HOW_LIST)


def _of(actor: Actor, permission: Permission, found: Sequence[Newsletter]) -> list[Newsletter]:
    """Those for which somebody has a permission."""
    return [
        each
        for each in found
        if actor.may(permission, publication_id=each.publication_id, newsletter_id=each.id)
    ]
