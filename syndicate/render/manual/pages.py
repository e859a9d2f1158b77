"""Each document and the reference in their frame, as served or as files.

What differs between the two is where links lead, which comes as `Places`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from syndicate.render.environment import environment
from syndicate.render.manual import shelf, text
from syndicate.render.manual.reference import Reference
from syndicate.render.manual.text import Heading, Written

_OUTSIDE = ("http://", "https://", "mailto:")
_REFERENCE_TITLE = "API reference"


@dataclass(frozen=True)
class Places:
    """Where things are, seen from one page.

    Attributes:
        page: the address of a page, by its own ("operations").
        picture: of a picture, by name.
        static: of a style sheet, by name.
    """

    page: Callable[[str], str]
    picture: Callable[[str], str]
    static: Callable[[str], str]


@dataclass(frozen=True)
class Listed:
    """One page in the list of all."""

    address: str
    title: str


def addresses() -> list[str]:
    """Every page there is."""
    return [*shelf.documents(), shelf.REFERENCE]


def document(address: str, places: Places) -> str:
    """A document as a page.

    Raises:
        LookupError: there is none at this address.
    """
    path = shelf.documents()[address]
    written = text.write(shelf.source(address), lambda link: _relinked(path, link, places))
    return _framed(
        "document.html", places, address, shelf.title(address), written.headings, written=written
    )


def reference(found: Reference, places: Places) -> str:
    """The API's reference as a page."""
    headings = [Heading(2, each.name, each.name.capitalize()) for each in found.groups]
    headings.append(Heading(2, "types", "Types"))
    return _framed(
        "reference.html",
        places,
        shelf.REFERENCE,
        _REFERENCE_TITLE,
        tuple(headings),
        reference=found,
    )


def listed() -> dict[str, list[Listed]]:
    """The list of pages, in its groups; single decisions and facts stand on their own lists."""
    found: dict[str, list[Listed]] = {}
    placed = {each for group in shelf.GROUPS.values() for each in group}
    others = [each for each in shelf.documents() if each not in placed and "/" not in each]
    for name, group in {**shelf.GROUPS, shelf.LAST: tuple(others)}.items():
        entries = [Listed(each, _title(each)) for each in group if each in addresses()]
        if entries:
            found[name] = entries
    return found


def _title(address: str) -> str:
    return _REFERENCE_TITLE if address == shelf.REFERENCE else shelf.title(address)


def _framed(
    template: str,
    places: Places,
    address: str,
    title: str,
    headings: tuple[Heading, ...],
    **context: Written | Reference,
) -> str:
    return (
        environment("en")
        .get_template(f"web/manual/{template}")
        .render(
            {
                "places": places,
                "address": address,
                "above": str(PurePosixPath(address).parent).removeprefix("."),
                "title": title,
                "listed": listed(),
                "headings": headings,
                **context,
            }
        )
    )


def _relinked(path: str, link: str, places: Places) -> str | None:
    """Where a link of a document leads from its page."""
    if link.startswith(_OUTSIDE) or link.startswith("#"):
        return link
    target, hash_mark, fragment = link.partition("#")
    name = PurePosixPath(target).name
    if name in shelf.pictures():
        return places.picture(name)
    found = shelf.meant(path, target)
    return None if found is None else f"{places.page(found)}{hash_mark}{fragment}"
