"""Packed files of readers: the one that is in them is read, beside those of who has left."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import UsageError
from syndicate.subscribers import packed
from syndicate.subscribers.csvfile import decoded

PLAIN = b"email,name\r\nreader001@example.com,Zo\xc3\xab\r\n"


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as made:
        for name, content in files:
            made.writestr(name, content)
    return raw.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(PLAIN) + bytes(512),
        gzip.compress(PLAIN.decode().encode("utf-16")),
        archive(("readers.csv", PLAIN)),
        archive(("readers.csv", PLAIN), method=zipfile.ZIP_STORED),
        archive(("lists/", b""), ("lists/subscribed_members_export.csv", PLAIN)),
        archive(("__MACOSX/._readers.csv", b"x"), ("readers.csv", PLAIN), (".DS_Store", b"x")),
        archive(("readers.txt", b"\xef\xbb\xbf" + PLAIN)),
    ],
    ids=["plain", "gzip", "padded", "utf-16", "zip", "stored", "folder", "mac", "bom"],
)
def test_what_is_packed_is_read_as_if_it_were_not(raw: bytes) -> None:
    found = packed.opened(raw)

    assert (decoded(found.content).lstrip("\ufeff"), found.left) == (PLAIN.decode(), {})


LOCKED = bytearray(archive(("readers.csv", PLAIN)))
for _mark, _flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    LOCKED[LOCKED.index(_mark) + _flags] |= 1  # APPNOTE 4.4.4: bit 0 says that it is locked


MANY = b",".join(b'{"email": "reader%d@example.com"}' % number for number in range(9))


@pytest.mark.parametrize(
    "name", ["README.txt", "lists/readme", "LICENSE.md", "meta.json", "logo.png"]
)
def test_what_goes_with_a_download_is_passed_over_and_named(name: str) -> None:
    said = b'{"made_by": "desk@example.com", "rows": 1}'
    raw = archive(("readers.csv", PLAIN), (name, said), ("cleaned.csv", PLAIN), ("Thumbs.db", b"x"))

    found = packed.opened(raw)

    assert (found.content, list(found.left)) == (PLAIN, ["cleaned.csv"])
    assert found.passed == [name.rpartition("/")[2]]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            archive(("a.csv", PLAIN), ("b.csv", PLAIN), ("unsubscribed.csv", PLAIN)),
            "holds several files of readers: a.csv, b.csv. Unpack it",
        ),
        (archive(*((f"{number}.csv", PLAIN) for number in range(9))), "4.csv and 4 more"),
        (archive(("cleaned_export.csv", PLAIN)), "The file in the ZIP archive, cleaned_export.csv"),
        (archive(("[Content_Types].xml", b""), ("xl/a.xml", b"")), "is an Excel workbook; save"),
        (archive(("lists/", b"")), "holds no file"),
        (
            archive(("a/in.csv", PLAIN), method=zipfile.ZIP_BZIP2),
            "in.csv in the ZIP archive is packed with bzip2, which is not read here; unpack it",
        ),
        (archive(("in.csv", PLAIN), method=zipfile.ZIP_LZMA), "is packed with LZMA, which"),
        (bytes(LOCKED), "readers.csv in the ZIP archive is locked with a password; unpack it"),
        (archive(("mimetype", b"x"), ("content.xml", b"x")), "is an OpenDocument file, such as a"),
        (archive(("Index/Document.iwa", b"x"), ("preview.jpg", b"x")), "is a Numbers spreadsheet;"),
        (archive(("[Content_Types].xml", b""), ("word/a.xml", b"")), "is a document of an office"),
        (
            archive(("in.csv", PLAIN), ("more.ods", b"x")),
            "more.ods in the ZIP archive is an OpenDoc",
        ),
        (
            archive(("in.csv", PLAIN), ("a.numbers/Index.zip", b"x")),
            "is a Numbers spreadsheet, which",
        ),
        (archive(("in.csv", PLAIN), ("unsubscribed.xlsx", b"x")), "is an Excel workbook, which is"),
        (
            archive(("in.csv", PLAIN), ("left.7z", b"x")),
            "left.7z in the ZIP archive is packed once",
        ),
        (
            archive(("in.csv", PLAIN), ("all.json", MANY)),
            "is not CSV and possibly says who has left: it contains addresses. Save it as CSV",
        ),
        (archive(("in.csv", PLAIN), ("all.pdf", bytes(2**20 + 1))), "it is too long for a note"),
        (
            archive(("in.csv", PLAIN), ("b.csv", PLAIN), ("README.md", b"x")),
            "readers: in.csv, b.csv.",
        ),
        (
            archive(("README.md", b"x"), ("meta.json", b"{}")),
            "no file of readers, only README.md, m",
        ),
        (
            archive(("cleaned.csv", PLAIN), ("README.txt", b"x")),
            "The file in the ZIP archive, cleaned",
        ),
        (archive(("readers.csv", PLAIN))[:60], "a ZIP archive or an Excel workbook that is broken"),
        (gzip.compress(PLAIN)[:-4], "packed with gzip and broken"),
        (gzip.compress(PLAIN) + gzip.compress(PLAIN), "packed with gzip and broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "raw",
)
def test_what_cannot_be_unpacked_is_refused_with_the_true_reason(raw: bytes, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        packed.opened(raw)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda raw: archive(("readers.csv", raw))], ids=["gzip", "zip"]
)
def test_a_few_bytes_that_stand_for_very_many_are_refused(
    pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(pack)
    monkeypatch.setattr(packed, "MOST_BYTES", len(PLAIN) - 1)

    with pytest.raises(UsageError, match="import it in parts"):
        packed.opened(pack(PLAIN))


def test_what_the_files_of_an_archive_hold_together_is_what_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = archive(("readers.csv", PLAIN), ("cleaned.csv", PLAIN))
    assert packed.opened(raw).left == {"cleaned.csv": PLAIN}
    monkeypatch.setattr(packed, "MOST_BYTES", 2 * len(PLAIN) - 1)

    with pytest.raises(UsageError, match="import it in parts"):
        packed.opened(raw)


@given(place=st.integers(0, 200), sign=st.integers(0, 255), kind=st.sampled_from(["zip", "gzip"]))
def test_a_packed_file_with_a_wrong_byte_is_read_as_it_was_or_refused(
    place: int, sign: int, kind: str
) -> None:
    raw = bytearray(archive(("readers.csv", PLAIN)) if kind == "zip" else gzip.compress(PLAIN))
    raw[place % len(raw)] = sign
    try:
        found = packed.opened(bytes(raw)).content
    except UsageError:
        return
    assert found in (PLAIN, bytes(raw))
