"""/api/v1/newsletters/{slug}/subscribers: bring readers in from a file, and give them out."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from syndicate import clock
from syndicate.subscribers import steering, uploads
from syndicate.subscribers.transfer import How
from syndicate.web.api.actors import CanExport, CanImport

router = APIRouter(prefix="/api/v1")
Slug = Annotated[str, Path(max_length=80)]
Csv = Annotated[bytes, Body(media_type="text/csv")]
Ignored = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Query(max_length=100, description="a column that says nothing about who may be mailed"),
]
Encoding = Annotated[
    str, Query(max_length=40, description="code page of the body; found out where it is empty")
]
Only = Annotated[
    str,
    Query(
        alias="list",
        max_length=200,
        description="of a body of several lists or tags, the one to import",
    ),
]
ByTags = Annotated[
    bool, Query(description="give readers the sections on offer that their tags name")
]
_REFUSED_SHOWN = 1000
_CSV = {"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}, "required": True}}


class RefusedLine(BaseModel):
    """A line of a file that was not taken."""

    line: int = Field(description="its number; 0 of what concerns the file as a whole")
    reason: str


class ImportResult(BaseModel):
    """What became of a file; of the refused lines the first thousand are told."""

    added: int
    known: int
    refused: int = Field(description="lines that imported no one, including readers who have left")
    left: int = Field(description="how many of these have left, there or here")
    ended: int = Field(description="how many of these got the newsletter here until now")
    reasons: list[RefusedLine]
    notes: list[RefusedLine] = Field(
        description="choices and tags that were dropped, while their readers were imported; "
        "files of an archive that were passed over"
    )


class ForetoldResult(BaseModel):
    """What would become of a file; of the rejected lines the first thousand are told."""

    rows: int = Field(description="that say anything, without the names of columns")
    active: int = Field(description="whose readers would get the newsletter, or get it already")
    left: int = Field(description="whose readers have left, there or here, or never confirmed")
    suppressed: int = Field(description="whose mail came back, who complained or was erased")
    ended: int = Field(description="of all these, who get it here and would no longer")
    refused: int = Field(description="lines that could be corrected")
    rejected: list[RefusedLine]
    notes: list[RefusedLine] = Field(
        description="choices and tags that would be dropped; files that would be passed over"
    )


async def _heard(request: Request) -> None:
    """Hear a request to its end: what no text can hold is refused before an answer streams."""
    await request.body()


@router.post("/newsletters/{slug}/subscribers", tags=["subscribers"], openapi_extra=_CSV)
def import_subscribers(  # noqa: PLR0913 - what, where to, and on what grounds
    actor: CanImport,
    slug: Slug,
    *,
    csv: Csv,
    wording: Annotated[
        str, Query(description="what the readers agreed to; 2,000 characters at most")
    ],
    origin: Annotated[str, Query(description="where the file comes from; 200 characters at most")],
    ignore_column: Ignored = [],  # noqa: B006 - FastAPI copies it
    encoding: Encoding = "",
    only: Only = "",
    tags_as_sections: ByTags = False,
) -> ImportResult:
    """Bring in readers who agreed elsewhere, as active subscribers. Safe to run twice.

    Columns: address, language, sections, languages, consented_at, state, ended_at, paused_until,
    suppressed; only the address must be there. Whoever has left stays away and is remembered, by
    whatever column says so; a column of status that is not understood is answered 400, and nothing
    is imported.
    """
    upload = uploads.opened(csv, encoding=encoding, ignored=ignore_column)
    told = steering.bring_in(
        upload.lines,
        slug,
        wording=wording,
        origin=origin,
        left=upload.left,
        how=How(ignore_column, only, tags_as_sections),
        actor=actor,
        now=clock.now(),
    )
    done = upload.noted(told)
    return ImportResult(
        added=done.added,
        known=done.known,
        refused=len(done.refused),
        left=done.left,
        ended=done.ended,
        reasons=_told(done.refused),
        notes=_told(done.notes),
    )


@router.post("/newsletters/{slug}/subscribers/dry-run", tags=["subscribers"], openapi_extra=_CSV)
def foretell_subscribers(  # noqa: PLR0913 - what, where to and how it is read
    actor: CanImport,
    slug: Slug,
    *,
    csv: Csv,
    ignore_column: Ignored = [],  # noqa: B006 - FastAPI copies it
    encoding: Encoding = "",
    only: Only = "",
    tags_as_sections: ByTags = False,
) -> ForetoldResult:
    """What would become of a file's rows. Stores nothing."""
    upload = uploads.opened(csv, encoding=encoding, ignored=ignore_column)
    told = steering.foresee(
        upload.lines,
        slug,
        left=upload.left,
        how=How(ignore_column, only, tags_as_sections),
        actor=actor,
        now=clock.now(),
    )
    found = upload.noted(told)
    return ForetoldResult(
        rows=found.rows,
        active=found.active,
        left=found.left,
        suppressed=found.suppressed,
        ended=found.ended,
        refused=len(found.rejected),
        rejected=_told(found.rejected),
        notes=_told(found.notes),
    )


@router.post(
    "/newsletters/{slug}/subscribers/export",
    tags=["subscribers"],
    dependencies=[Depends(_heard)],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_subscribers(actor: CanExport, slug: Slug) -> Response:
    """A newsletter's readers as CSV, who left among them, as the import reads it."""
    lines = steering.give_out(slug, actor=actor, now=clock.now())
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8")


def _told(pairs: Sequence[tuple[int, str]]) -> list[RefusedLine]:
    return [RefusedLine(line=line, reason=reason) for line, reason in pairs[:_REFUSED_SHOWN]]
