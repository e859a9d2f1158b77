"""A record is wanted as a zone file takes it, and as a form of a DNS provider does."""

import dns.exception
import dns.rdata
import pytest
from dns.rdtypes.txtbase import TXTBase

from syndicate.mail.sender import lines


def strings(text: str) -> tuple[bytes, ...]:
    """As a name server reads them from its zone file (RFC 1035 5.1)."""
    found = dns.rdata.from_text("IN", "TXT", text)
    assert isinstance(found, TXTBase)
    return found.strings


@pytest.mark.parametrize(("length", "pieces"), [(1, 1), (255, 1), (256, 2), (410, 2), (1_021, 5)])
def test_a_long_text_is_in_strings_of_255(length: int, pieces: int) -> None:
    text = ("v=DKIM1; k=rsa; p=" + "A" * length)[:length]

    wanted = lines.txt("s1._domainkey.daily.example", text)

    found = strings(wanted.partition(" TXT ")[2])
    assert max(map(len, found)) <= 255
    assert len(found) == pieces
    assert b"".join(found).decode() == text == lines.in_one_piece(wanted)
    assert lines.is_in_pieces(wanted) is (pieces > 1)


def test_a_name_server_refuses_it_in_one() -> None:
    with pytest.raises(dns.exception.SyntaxError):
        strings(f'"{"A" * 256}"')


def test_what_is_no_text_has_no_piece() -> None:
    assert lines.in_one_piece("daily.example MX 10 HOST, which takes returned mail") == ""
    assert lines.in_one_piece("s1._domainkey.daily.example TXT") == ""
