"""Files in which no readers are read, and what they are: by first bytes, and by names; pure.

Whoever brings one is told what it is, and how a file of readers comes of it. In an archive such a
file may hold those who left, so that it stops the archive, unless it is something that goes with
every download (a README, a picture) and holds no list of addresses.
"""

import re
from collections.abc import Collection

from syndicate.errors import UsageError

SAVE_AS = "save it as CSV in UTF-8"
_UNPACK = "unpack it, and import the CSV file in it"
# (where the mark stands, the mark, what a file is that has it, what to do)
_MARKS = (
    (0, b"\xd0\xcf\x11\xe0", "an Excel workbook", SAVE_AS),
    (0, b"%PDF", "a PDF", SAVE_AS),
    (0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"\xfd7zXZ\0", "packed with xz", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "packed with Zstandard", _UNPACK),
    (4, b"1AY&SY", "packed with bzip2", _UNPACK),
    (0, b"PK\x05\x06", "a ZIP archive without a file", "choose another"),
    (0, b"PK\x03\x04", "packed twice", _UNPACK),
    (0, b"\x1f\x8b", "packed twice", _UNPACK),
)
_OFFICE, _OPEN = "[Content_Types].xml", {"mimetype", "content.xml"}  # ECMA-376 part 2; ODF 1.3
_SHEETS = {
    **dict.fromkeys(("xls", "xlsx", "xlsm", "xlsb"), "an Excel workbook"),
    "ods": "an OpenDocument spreadsheet",
    "numbers": "a Numbers spreadsheet",
}
_PACKED = frozenset({"zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar"})
_READ_ME = re.compile(
    r"(?i)(?:read.?me|lies.?mich|lisez.?moi|l[eé]eme|leggimi|leia.?me|прочти|اقرأني|licen[sc]e"
    r"|copying|notice|terms|privacy|instructions|about)[^/]{0,20}"
)
_OF_READ_ME = frozenset({"", "txt", "md", "rst"})
_NO_TABLES = frozenset(
    {"json", "xml", "yml", "yaml", "ini", "plist", "url", "log", "md", "rst", "rtf", "pdf"}
    | {"html", "htm", "css", "js", "png", "jpg", "jpeg", "gif", "svg", "webp", "ico"}
    | {"md5", "sha1", "sha256", "sig", "asc"}
)
# Such as whom to write to; a list of readers has more.
_MENTIONED = 3
_ADDRESS = re.compile(rb"[^\s@\"'<>,;:()]{1,64}@[^\s@\"'<>,;:()]{1,200}\.[^\s@\"'<>,;:()]{2,}")


def refuse(raw: bytes) -> None:
    """Refuse what its first bytes tell to be something else than text.

    Raises:
        UsageError: they do; the sentence says what it is.
    """
    for at, mark, what, then in _MARKS:
        if raw[at : at + len(mark)] == mark:
            raise UsageError(f"The file is {what}; {then}.")


def refuse_document(names: Collection[str]) -> None:
    """Refuse a ZIP archive that is a document of some program, by the files in it.

    Raises:
        UsageError: it is one.
    """
    found = ""
    if _OFFICE in names:
        is_workbook = any(name.startswith("xl/") for name in names)
        found = "an Excel workbook" if is_workbook else "a document of an office program"
    elif set(names) >= _OPEN:
        found = "an OpenDocument file, such as a spreadsheet"
    elif any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        found = "a Numbers spreadsheet"
    if found:
        raise UsageError(f"The file is {found}; {SAVE_AS}.")


def not_read(name: str) -> str:
    """Why a file of an archive is not read, by its name, as the rest of a sentence; "" if it is."""
    for part in name.split("/"):
        suffix = _suffix(part)
        if suffix in _SHEETS:
            return f"is {_SHEETS[suffix]}, which is not read here; {SAVE_AS}"
        if suffix in _PACKED:
            return "is packed once more; unpack it"
    return ""


def is_companion(name: str) -> bool:
    """Whether a file of an archive is none of readers by its name: README.txt, meta.json."""
    own = name.rpartition("/")[2]
    suffix = _suffix(own)
    is_read_me = bool(_READ_ME.fullmatch(own.rpartition(".")[0] or own))
    return suffix in _NO_TABLES or (is_read_me and suffix in _OF_READ_ME)


def holds_a_list(raw: bytes) -> bool:
    """Whether there are more addresses in a companion than it has to mention."""
    found = {each.group() for each in _ADDRESS.finditer(raw.replace(b"\0", b""))}
    return len(found) > _MENTIONED


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if stem and dot else ""
