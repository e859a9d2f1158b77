"""Who signs which mail: the key of From's own domain, or of its owner's; nobody else's."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from syndicate.errors import SettingsError
from syndicate.mail.mime import dkim, sealed, signers
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.signers import Key, KeyName, Signers
from syndicate.master_key import MasterKey
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.sending import KeyState
from tests.rows import NOW

PRIVATE = Ed25519PrivateKey.generate()
MASTER = MasterKey(bytes(range(32)))


def key(domain: str, selector: str = "s1", state: KeyState = KeyState.IN_USE) -> Key:
    return Key(KeyName(domain, selector), state, lambda: Signer(domain, selector, PRIVATE))


def unusable(domain: str) -> Key:
    def opened() -> Signer:
        raise SettingsError("It cannot be used.")

    return Key(KeyName(domain, "s9"), KeyState.IN_USE, opened, lambda: False)


@pytest.mark.parametrize(
    ("domain", "signs_as"),
    [
        ("daily.example", "daily.example"),
        ("news.daily.example", "news.daily.example"),
        ("alerts.news.daily.example", "news.daily.example"),
        ("alerts.daily.example", "daily.example"),
        ("news.courier.co.uk", "mail.courier.co.uk"),
        ("evening.co.uk", None),
        ("notdaily.example", None),
        ("example", None),
    ],
)
def test_the_nearest_key_of_the_same_owner_signs(domain: str, signs_as: str | None) -> None:
    names = ("mail.courier.co.uk", "news.daily.example", "daily.example", "late.example")
    known = Signers(tuple(key(each) for each in names))

    name = known.name_for(domain)

    assert (None if name is None else name.domain) == signs_as


def test_a_key_of_rows_takes_the_place_of_the_settings_own_once_it_is_seen() -> None:
    own = key("daily.example", "syndicate")
    waiting = key("daily.example", "s2", KeyState.WAITING)
    news = key("news.daily.example", "s3")

    assert Signers((own, waiting, news), own).name_for("daily.example") == own.name
    seen = key("daily.example", "s2")
    after = Signers((own, seen, news), own)
    assert after.name_for("daily.example") == seen.name
    frozen = after.frozen({"dkim": own.name.as_json()})
    assert frozen is not None
    assert frozen.selector == "syndicate"


@pytest.mark.usefixtures("database")
def test_a_key_of_rows_that_is_called_like_the_settings_own_gives_way() -> None:
    with transaction() as tx:
        for selector in ("syndicate", "s2"):
            made = dkim_keys.add(tx, "daily.example", selector, b"", now=NOW)
            dkim_keys.see(tx, made.domain, made.selector, now=NOW)

        found = signers.read(tx, Settings(dkim_domain="daily.example"))

    assert [each.name.selector for each in found.keys] == ["syndicate", "s2"]
    assert found.keys[0] is found.first


def test_what_older_code_froze_is_signed_as_it_was_whatever_its_domain() -> None:
    own = key("daily.example", "syndicate")

    older = Signers((own,), own).frozen({"from_address": "news@courier.example"})

    assert older is not None
    assert older.domain == "daily.example"
    assert Signers((key("daily.example"),)).frozen({}) is None


@pytest.mark.parametrize(
    ("more", "signs_as"),
    [({}, "courier.example"), ({"text_encoding": "8bit"}, None), ({"html_encoding": "8bit"}, None)],
)
def test_what_older_code_froze_is_signed_by_the_senders_key_once_the_settings_have_none(
    more: dict[str, str], signs_as: str | None
) -> None:
    known = Signers((key("daily.example"), key("courier.example")))

    signer = known.frozen({"from_address": "news@Courier.example", **more})

    assert (None if signer is None else signer.domain) == signs_as


def test_a_key_that_was_frozen_with_another_owners_mail_does_not_sign_it() -> None:
    known = Signers((key("daily.example"), key("courier.example")))
    theirs = {"dkim": {"domain": "daily.example", "selector": "s1"}}

    signer = known.frozen({"from_address": "news@courier.example", **theirs})

    assert signer is not None
    assert signer.domain == "courier.example"
    assert known.frozen({"from_address": "news@evening.example", **theirs}) is None


def test_what_was_frozen_unsigned_stays_so_and_a_key_that_is_gone_has_one_in_its_place() -> None:
    known = Signers((key("daily.example", "s2"),))

    assert known.frozen({"dkim": None}) is None
    instead = known.frozen({"dkim": {"domain": "daily.example", "selector": "s1"}})
    assert instead is not None
    assert instead.selector == "s2"
    assert known.frozen({"dkim": {"domain": "courier.example", "selector": "s1"}}) is None


def test_a_key_that_cannot_be_opened_signs_nothing_and_stops_nobody_else() -> None:
    known = Signers((unusable("courier.example"), key("daily.example")))

    assert known.of("courier.example") is None
    assert known.unusable("courier.example") == known.name_for("courier.example")
    assert known.of("daily.example") is not None
    assert known.unusable("daily.example") is None


def test_a_key_that_cannot_be_opened_gives_way_to_the_next_that_fits() -> None:
    own, broken = key("daily.example", "syndicate"), unusable("daily.example")
    nearer = unusable("news.daily.example")
    known = Signers((own, broken, nearer), own)

    for domain in ("daily.example", "news.daily.example"):
        assert known.name_for(domain) == own.name
        signer = known.of(domain)
        assert signer is not None
        assert signer.selector == "syndicate"
    assert known.unusable("news.daily.example") == nearer.name
    frozen = known.frozen({"from_address": "a@daily.example", "dkim": broken.name.as_json()})
    assert frozen is not None
    assert frozen.selector == "syndicate"


def test_a_sealed_key_opens_with_its_master_key_and_under_its_name_alone() -> None:
    pem = dkim.new_key()
    name = KeyName("daily.example", "s1").in_dns

    hidden = sealed.seal(MASTER, name, pem)

    assert sealed.unseal(MASTER, name, hidden) == pem
    assert b"PRIVATE" not in hidden
    assert hidden != sealed.seal(MASTER, name, pem)
    for master, called, told in (
        (MasterKey(bytes(32)), name, hidden),
        (MASTER, "s1._domainkey.courier.example", hidden),
        (MASTER, name, hidden[:-1]),
        (MASTER, name, b""),
    ):
        with pytest.raises(SettingsError, match="cannot be used"):
            sealed.unseal(master, called, told)
