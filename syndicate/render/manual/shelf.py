"""Which documents there are, what each is called, and at which address it is read.

    README.md                       (the first page)
    CONTRIBUTING.md                 contributing
    SECURITY.md                     reporting
    docs/operations.md              operations
    docs/decisions/README.md        decisions
    docs/decisions/0001-hints….md   decisions/0001-hints…

They are looked up in the installed package (wheel), then in the checkout.
"""

import json
import posixpath
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

_ABOVE = {
    "README.md": "",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
    "SECURITY.md": "reporting",
}
_EXAMPLES = "docs/api-examples.json"
_PICTURES = "docs/pictures"
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
# What stands in which part of the list of pages; what is not named stands under the last.
REFERENCE = "reference"
GROUPS: dict[str, tuple[str, ...]] = {
    "Begin": ("", "first-hour"),
    "Run": ("operations", "sources", "data", "security", "reporting"),
    "Connect": ("api", REFERENCE),
    "Build": ("architecture", "contributing", "decisions", "facts", "changelog"),
}
LAST = "More"


def root() -> Path:
    """The folder in which the documents stand as they stand in the repository."""
    packaged = Path(str(resources.files("syndicate"))) / "manual"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3]


@cache
def documents() -> dict[str, str]:
    """Path of each document ("docs/operations.md") by its address ("operations")."""
    top = root()
    paths = [name for name in _ABOVE if (top / name).is_file()]
    paths += sorted(str(path.relative_to(top)) for path in (top / "docs").rglob("*.md"))
    return {address_of(path): path for path in paths}


def address_of(path: str) -> str:
    """The address at which a document is read.

    Args:
        path: from the root: "docs/decisions/README.md".
    """
    if path in _ABOVE:
        return _ABOVE[path]
    return path.removeprefix("docs/").removesuffix(".md").removesuffix("/README")


def source(address: str) -> str:
    """A document's Markdown.

    Raises:
        LookupError: there is no such document.
    """
    return (root() / documents()[address]).read_text(encoding="utf-8")


def title(address: str) -> str:
    """What a document calls itself."""
    found = _HEADING.search(source(address))
    return found[1].replace("`", "") if found else address


def meant(path: str, link: str) -> str | None:
    """The address that a link in a document leads to; None where it leads to no document.

    Args:
        path: of the document in which it stands.
        link: as it stands there, without its fragment: "../README.md", "decisions/".
    """
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    for each in (whole, f"{whole}/README.md"):
        if each in documents().values():
            return address_of(each)
    return None


def pictures() -> dict[str, Path]:
    """The pictures of the documents by name."""
    folder = root() / _PICTURES
    return {path.name: path for path in sorted(folder.glob("*.*"))} if folder.is_dir() else {}


def examples() -> dict[str, list[dict[str, Any]]]:
    """What was tried of the API, by method and path ("GET /api/v1/feeds"); a test renews it."""
    path = root() / _EXAMPLES
    found: dict[str, list[dict[str, Any]]] = {}
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found
