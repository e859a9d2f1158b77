"""Who works for one publication alone is told in its name and in the language that they read."""

import pytest

from syndicate.mail import to_operators
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators
from syndicate.store.platform.tokens import Grant, Permission
from tests import rows
from tests.mail.fault_relay import FaultRelay
from tests.mail.test_to_operators import NOW, actor, mails, sign_in, text


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("is_of_a_newsletter", [False, True])
def test_who_works_for_one_publication_is_told_in_its_name(
    relay: FaultRelay, is_of_a_newsletter: bool
) -> None:
    said = {"names": {"en": "The Mina"}, "postal_addresses": {"en": "The Mina\n3 Quay Street"}}
    with transaction() as tx:
        daily = rows.publication(tx, name="The Daily", sender_address="news@daily.example").id
        mina = rows.publication(
            tx, "mina", name="الميناء", sender_address="mina@mina.example", translations=said
        ).id
        quay = rows.newsletter(tx, mina, "quay").id
        where = (None, quay) if is_of_a_newsletter else (mina, None)
        lina = rows.operator(tx, "lina", name="Lina").id
        operators.grant(tx, lina, [Grant(Permission.READ, *where)])
        chief = rows.operator(tx, "chief").id
        operators.grant(tx, chief, [Grant(Permission.OPERATORS), Grant(Permission.READ, mina)])
    assert daily < mina
    sign_in(who=actor("lina"))

    assert to_operators.tell(NOW) == 2

    told = mails(relay)
    hers, chiefs = told["lina@example.com"], told["chief@example.com"]
    assert hers["From"] == '"Syndicate, The Mina" <mina@mina.example>'
    assert hers["Subject"].startswith("Lina signed in to the console")
    assert text(hers).rstrip().endswith("\nThe Mina, 3 Quay Street")
    assert chiefs["From"] == '"Syndicate, The Daily" <news@daily.example>'
    senders = sorted(taken.mail_from for taken in relay.accepted)
    assert senders == ["mina@mina.example", "news@daily.example"]
