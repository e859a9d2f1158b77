"""A file in a code page: read where it decides nothing or one reading is understood, else asked."""

import pytest

from syndicate.errors import UsageError
from syndicate.subscribers import code_pages, columns, csvfile
from syndicate.subscribers.survey import survey

STATES = {
    "cp1252": ("Statut", "Abonné", "Désabonné"),
    "mac-roman": ("Statut", "Abonné", "Désabonné"),
    "cp850": ("Statut", "Abonné", "Désabonné"),
    "cp1250": ("Stav", "aktivní", "odhlášen"),
    "cp1251": ("Статус", "Активен", "Отписан"),
    "koi8-r": ("Статус", "Активен", "Отписан"),
    "cp1253": ("Κατάσταση", "Ενεργός", "Διαγραμμένος"),
    "cp1255": ("סטטוס", "פעיל", "הוסר"),  # noqa: RUF001 - Hebrew
    "cp1256": ("الحالة", "نشط", "ملغى"),
    "gb18030": ("状态", "已订阅", "已退订"),
    "big5": ("狀態", "已訂閱", "已退訂"),
    "cp932": ("状況", "購読中", "配信停止"),
    "cp866": ("Статус", "Активен", "Отписан"),
    "iso8859-5": ("Статус", "Активен", "Отписан"),
    "mac-cyrillic": ("Статус", "Активен", "Отписан"),
    "iso8859-2": ("Stav", "aktivní", "odhlášen"),
    "cp852": ("Stav", "aktivní", "odhlášen"),
    "iso8859-6": ("الحالة", "نشط", "ملغى"),
    "cp720": ("الحالة", "نشط", "ملغى"),
    "euc-jp": ("状況", "購読中", "配信停止"),
    "cp949": ("상태", "구독중", "구독취소"),
}


def readers(raw: bytes, **said: str) -> list[str]:
    """Who may come in, by the first reading of the file."""
    lines = csvfile.lines_of(code_pages.decoded(raw, **said))
    table = csvfile.table_of(lines, lambda names: columns.address_place(names) is not None)
    found = survey(table, columns.understand(table.names))
    cells = [row.cells[found.columns.address] for row in table.rows() if not row.fault]
    return [cell for cell in cells if cell not in found.barred]


@pytest.mark.parametrize("page", STATES)
def test_the_code_page_counts_in_which_words_of_status_are_understood(page: str) -> None:
    name, active, left = STATES[page]
    text = f"email;{name};Ort\nin@example.com;{active};A\nleft@example.com;{left};B\n"

    assert readers(text.encode(page)) == ["in@example.com"]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("cp1252", "email;name\nin@example.com;Jürgen\n"),
        ("cp1251", "Email;Имя;Status\nin@example.com;Анна;active\na@example.com;Ира;cleaned\n"),
        ("cp932", "email,name,city\nin@example.com,美咲,東京\n"),
        ("cp1250", "email;Příjmení\nin@example.com;Dvořák\n"),
    ],
)
def test_a_code_page_that_decides_nothing_is_not_asked_for(page: str, text: str) -> None:
    assert readers(text.encode(page)) == ["in@example.com"]


@pytest.mark.parametrize(
    ("page", "text", "who"),
    [
        ("cp1251", "Email;Отметка\nin@example.com;да\nb@example.com;да\n", None),
        ("cp1252", "email;name\njürgen@example.com;x\n", ["jürgen@example.com"]),
        ("cp1252", "E-Mail;Vermerk\nin@example.com;\nb@example.com;gekündigt am 3.5.\n", None),
        ("cp1251", "Email;Снят?\nin@example.com;нет\nleft@example.com;да\n", None),
    ],
)
def test_where_the_code_page_decides_who_may_be_mailed_an_operator_says_which_it_is(
    page: str, text: str, who: list[str] | None
) -> None:
    with pytest.raises(UsageError, match="say which it is with --encoding NAME"):
        readers(text.encode(page))

    if who is None:  # then the true reading stops, as it does in UTF-8
        with pytest.raises(UsageError, match="may say who has left"):
            readers(text.encode(page), encoding=page)
    else:
        assert readers(text.encode(page), encoding=page) == who


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "mac-arabic",
            "Email;Ga\nin@example.com;مسجل\nleft@example.com;ملغى\nb@example.com;مسجل\n",
        ),
        (
            "cp775",
            "email;X\nin@example.com;žinios\nleft@example.com;atsisakė\nb@example.com;žinios\n",
        ),
        ("cp1125", "Email;Позн\nin@example.com;є\nleft@example.com;знято\nb@example.com;є\n"),
        ("mac-arabic", "Email;Note\nin@example.com;مسجل\nb@example.com;مسجل\nc@example.com;ملغى\n"),
    ],
)
def test_a_page_that_is_in_no_list_is_asked_for_where_a_column_may_be_one_of_status(
    page: str, text: str
) -> None:
    with pytest.raises(UsageError, match="say which it is with --encoding NAME"):
        readers(text.encode(page))


@pytest.mark.parametrize(
    "text",
    [
        "email;Haarfarbe;Ort\n" + "".join(f"a{n}@example.com;grün{n};Köln\n" for n in range(20)),
        "email;note\na@example.com;trifft uns in Köln\nb@example.com;ruft zurück\n",
        "email;prénom;groupe\na@example.com;Zoé;équipe\nb@example.com;Noé;équipe\n",
    ],
)
def test_a_column_of_many_words_or_a_name_that_is_understood_asks_nothing(text: str) -> None:
    assert len(readers(text.encode("cp1252"))) == text.count("@")


def test_a_page_that_was_asked_for_is_not_asked_for_again() -> None:
    text = "email;Haarfarbe\na@example.com;grün\nb@example.com;grün\n"
    with pytest.raises(UsageError, match="column 2 possibly says"):
        readers(text.encode("cp1252"))
    assert len(readers(text.encode("cp1252"), encoding="cp1252")) == 2


def test_a_file_that_has_no_addresses_in_any_code_page_is_told_that() -> None:
    with pytest.raises(UsageError, match="no column of addresses"):
        readers("Größe;Ort\nXL;Köln\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("klingon", "The encoding klingon is unknown; name one of utf-8"),
        ("rot13", "The encoding rot13 is unknown"),
        ("\x00", "is unknown"),
        ("é" * 900, "é… is unknown"),
        ("utf-8", "Line 2 of the file is not utf-8 text; say which it is"),
    ],
)
def test_a_wrong_code_page_is_refused_in_a_sentence(encoding: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        code_pages.decoded("email;Ort\na@example.com;Köln\n".encode("cp1252"), encoding=encoding)
    assert sentence in str(refused.value)


def test_a_broken_byte_in_utf_8_costs_its_own_cell() -> None:
    text = "email,name,state\nin@example.com,Zoë Ünal,active\nb@example.com,Zo?,active\n"
    text += "left@example.com,x,unsub?scribed\n"

    found = readers(text.encode().replace(b"?", b"\xff"))

    assert found == ["in@example.com", "b@example.com"]
