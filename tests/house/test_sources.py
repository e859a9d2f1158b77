"""Every reason opens: a "Source:" names an RFC, an address, a page of ours or a known name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("syndicate", "workers", "tests", "bench", "deploy", "templates", "docs")
ENDINGS = {".py", ".html", ".txt", ".css", ".md", ".toml", ".conf", ".sh", ".yml", ".yaml", ".cf"}
SOURCE = re.compile(r"(?<!-> )(?<![\w.])Source(?: of [a-z ]+)?:(?= |$)")
# A citation ends with its paragraph: at a blank line, the end of a docstring, the next item.
LAST = re.compile(r'\s*$|\d+\. |[|*#-]|.*"""')
PAGE = re.compile(r"docs/[\w./-]+?\.md(?:#[\w-]+)?")
# What a stranger cannot open: working papers that are no part of the project.
UNOPENED = re.compile(
    r"\bnotes/|\bnotes (?:mail|web|syndication|field)\b|\bnotes [A-E]\d?\b|\bdesign (?:§|\d)|§\d"
    r"|\bissues? #?\d|\bfindings\.md|\bcases?[ /]\d\d\b|\b[KF]\d+\.\d+\b",
)


def slug(heading: str) -> str:
    """The anchor that a heading of Markdown gets."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {slug(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)) for heading in found}


def known_names() -> set[str]:
    """The specifications that `docs/facts/specifications.md` says the address of."""
    page = (ROOT / "docs" / "facts" / "specifications.md").read_text()
    return {row[0] for row in re.findall(r"^\| (.+?) \| (https://\S+) \|$", page, re.MULTILINE)}


def files() -> list[Path]:
    found = (path for top in TOPS for path in sorted((ROOT / top).rglob("*")))
    return [path for path in found if path.suffix in ENDINGS and path != Path(__file__)]


def cited(text: str) -> Iterator[str]:
    """What stands behind each "Source:", part by part; parts are parted by semicolons."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if found := SOURCE.search(line):
            is_comment = line.strip().startswith("# ")
            said = [line[found.end() :], *rest_of(lines[number + 1 :], is_comment=is_comment)]
            parts = re.split(r";(?![^(]*\))", " ".join(" ".join(said).split()))
            yield from (part.strip() for part in parts)


def rest_of(lines: list[str], *, is_comment: bool) -> Iterator[str]:
    """The lines that go on with a citation."""
    for line in map(str.strip, lines):
        if line.startswith("# ") if is_comment else not LAST.match(line):
            yield line.removeprefix("# ")
        else:
            return


def opens(part: str) -> bool:
    """Whether a stranger can open what a citation names."""
    pages = PAGE.findall(part)
    if pages:
        return all(page_opens(page) for page in pages)
    if re.search(r"\bRFC \d{3,5}\b|https://\w", part):
        return True
    return any(part.startswith(name) for name in known_names())


def page_opens(page: str) -> bool:
    path, _, anchor = page.partition("#")
    file = ROOT / path
    return file.is_file() and (not anchor or anchor in anchors(file))


CITATIONS = [
    (str(path.relative_to(ROOT)), part) for path in files() for part in cited(path.read_text())
]


def test_the_citations_are_found() -> None:
    assert len(CITATIONS) > 100


def test_every_source_opens() -> None:
    unopened = [f"{name}: {part}" for name, part in CITATIONS if not opens(part)]

    assert unopened == []


def test_every_page_that_is_named_exists() -> None:
    """In any sentence, not only behind "Source:"."""
    broken = [
        f"{path.relative_to(ROOT)}: {page}"
        for path in files()
        for page in PAGE.findall(path.read_text())
        if not page_opens(page)
    ]

    assert broken == []


def test_no_reason_stands_outside_the_project() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files()
        if path.suffix != ".txt" or path.parts[-3:-1] != ("bounces", "reading")
        for line in path.read_text().splitlines()
        if UNOPENED.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "part",
    [
        "notes/mail A9",
        "design §6",
        "issue 2 item 5",
        "each provider's documentation",
        "docs/facts/nowhere.md",
        "docs/facts/mail.md#no-such-heading",
        "a book",
    ],
)
def test_what_does_not_open_is_seen(part: str) -> None:
    assert not opens(part)


def test_a_citation_ends_with_its_comment() -> None:
    text = "# Source: RFC 8301,\n# section 3.2; a book\n_BITS = 2048  # Source\n"

    assert list(cited(text)) == ["RFC 8301, section 3.2", "a book"]
