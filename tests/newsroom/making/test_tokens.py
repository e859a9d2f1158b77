"""Tokens by their fields: what they open, by which secret, and which one a name means."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.errors import InvalidError, NotAllowedError, TakenError, UsageError
from syndicate.newsroom import tokens as acting
from syndicate.newsroom.making import tokens
from syndicate.newsroom.making.secret_files import Secret, of_file
from syndicate.store.ground.session import transaction
from syndicate.store.platform import sessions
from syndicate.store.platform import tokens as rows
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Actor, Grant, Permission
from tests.newsroom.making.conftest import NOW, Maker

SHELF = tokens.SHELF
FIRST, SECOND = (hashlib.sha256(each).hexdigest() for each in (b"first", b"second"))


def secret(text: str) -> Secret:
    return Secret(rows.digest(text), "the one in the file")


def opened_by(text: str) -> frozenset[Permission] | None:
    with transaction() as tx:
        found = rows.actor_of_token(tx, text, now=NOW)
        return found.permissions if found is not None else None


def test_a_token_opens_by_the_secret_in_its_file_until_there_is_another(
    make: Maker, courier: int
) -> None:
    make.add(SHELF, slug="cms", permissions=["editor"], secret_file=secret(FIRST))
    with transaction() as tx:
        holder = rows.actor_of_token(tx, FIRST, now=NOW)
        assert holder is not None
        sessions.start(
            tx, holder, secret="x" * 40, by=SignedInBy.TOKEN, expires_at=rows_end(), now=NOW
        )

    again = make.set(SHELF, "cms", secret_file=secret(FIRST), permissions="editor")
    told = make.set(SHELF, "cms", secret_file=secret(SECOND), publication="courier",
                    permissions=["metrics", "read"], expires="2026-12-31")  # fmt: skip

    assert again == {}
    assert told == {
        "permissions": (["editor"], ["viewer"]),
        "publication": (None, "courier"),
        "expires": (None, "2026-12-31"),
        "secret_file": ("the previous secret", "the one in the file"),
    }
    assert opened_by(FIRST) is None
    assert opened_by(SECOND) == rows.ROLES["viewer"]
    with transaction() as tx:
        assert sessions.every(tx, now=NOW) == []
        lines = list(tx.scalars(select(Audit).where(Audit.action == "token-change")))
        kept = {name: list(pair) for name, pair in told.items()}
        assert [each.detail for each in lines] == [{"fields": kept}]
        assert FIRST not in str(lines[0].detail)
        row = rows.all_tokens(tx)[0]
        assert (row.publication_id, row.expires_at) == (courier, rows_end())


def rows_end() -> dt.datetime:
    return NOW.replace(month=12, day=31, hour=23, minute=59, second=59)


def test_what_several_are_called_is_told_apart_by_number(make: Maker) -> None:
    with transaction() as tx:
        ids = [
            rows.add_token(
                tx, name, [Permission.READ], secret=name + each, expires_at=None, now=NOW
            ).id
            for name, each in (("cms", "a"), ("cms", "b"), ("7", "c"))
        ]
        called = [tokens.name_of(tx, each) for each in rows.all_tokens(tx)]

    assert called == [f"cms ({ids[0]})", f"cms ({ids[1]})", f"7 ({ids[2]})"]
    with pytest.raises(UsageError, match="2 tokens are called cms; name the one that is meant"):
        make.set(SHELF, "cms", permissions=["editor"])
    with pytest.raises(TakenError, match="2 tokens are called cms"):
        make.add(SHELF, slug="cms", permissions=["read"], secret_file=secret(FIRST))
    assert make.set(SHELF, called[1], slug=called[1], permissions=["editor"]) != {}
    make.end(SHELF, called[0])
    assert make.shown(SHELF, "cms")["permissions"] == ("editor",)


def test_what_cannot_be_used_is_told_at_its_field(make: Maker, courier: int) -> None:
    make.add(SHELF, slug="cms", permissions=["read"], secret_file=secret(FIRST))
    with pytest.raises(InvalidError, match="A token needs its secret file"):
        make.add(SHELF, slug="feeder", permissions=["read"])
    with pytest.raises(TakenError, match="opens the token cms already; give each token its own"):
        make.add(SHELF, slug="feeder", permissions=["read"], secret_file=secret(FIRST))
    with pytest.raises(InvalidError, match="2026-11-23 is past; name a day that is to come"):
        make.set(SHELF, "cms", expires="2026-11-23")
    with pytest.raises(InvalidError, match="tomorrow is not a day; write it as 2027-12-31"):
        make.set(SHELF, "cms", expires="tomorrow")
    own = frozenset(Grant(each, courier) for each in (Permission.TOKENS, Permission.READ))
    make.actor = Actor("operator:desk", frozenset(Permission), 1, grants=own)
    for given in ({"permissions": ["articles.write"]}, {"publication": "courier"}):
        with pytest.raises(NotAllowedError):
            make.set(SHELF, "cms", **given)


@pytest.mark.parametrize(
    ("held", "mode", "sentence"),
    [
        ("short", 0o600, "cms holds no secret that is hard to guess: 32 to 512 letters"),
        ("a" * 64, 0o600, "cms holds no secret that is hard to guess"),
        (f"{FIRST[:32]} {FIRST[32:]}", 0o600, "cms holds no secret that is hard to guess"),
        (FIRST, 0o644, "Everybody on this machine can read cms; `chmod o-rwx cms` keeps it secret"),
    ],
)
def test_a_secret_is_hard_to_guess_and_nobody_elses(
    tmp_path: Path, held: str, mode: int, sentence: str
) -> None:
    file = tmp_path / "cms"
    file.write_text(held)
    file.chmod(mode)

    with pytest.raises(UsageError) as caught:
        of_file(file, "cms")

    assert str(caught.value).startswith(sentence)


def test_a_secret_shows_nothing_of_itself(tmp_path: Path) -> None:
    file = tmp_path / "cms"
    file.write_text(f"{FIRST}\n")
    file.chmod(0o640)

    found = of_file(file, "cms")

    assert found.digest == rows.digest(FIRST)
    assert (str(found), repr(found)) == (
        "the one in the file",
        "Secret(said='the one in the file')",
    )


def test_no_name_hides_the_number_of_another(make: Maker) -> None:
    def kept(name: str, text: str, permission: Permission) -> int:
        with transaction() as tx:
            return rows.add_token(tx, name, [permission], secret=text, expires_at=None, now=NOW).id

    odd = f"cms ({kept('cms', FIRST, Permission.READ)})"
    kept("cms", SECOND, Permission.READ)
    hiding = kept(odd, "c", Permission.METRICS)
    with transaction() as tx:
        called = [tokens.name_of(tx, each) for each in rows.all_tokens(tx)]

    assert called[0] == odd
    assert called[2] == f"{odd} ({hiding})"
    assert make.shown(SHELF, odd)["permissions"] == ("read",)
    assert make.shown(SHELF, called[2])["permissions"] == ("metrics",)
    sentence = "reads as the token with the number 99; leave the number in brackets out"
    with pytest.raises(InvalidError, match=sentence):
        make.add(SHELF, slug="web (99)", permissions=["read"], secret_file=secret("d" * 32))
    with pytest.raises(UsageError, match=sentence), transaction() as tx:
        acting.add(tx, "web (99)", [Permission.READ], days=None, actor=make.actor, now=NOW)
    with pytest.raises(InvalidError, match=sentence):
        make.set(SHELF, odd, slug="web (99)")
    make.end(SHELF, called[1])
    assert make.set(SHELF, odd, slug=odd) == {}
