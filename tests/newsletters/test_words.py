"""Stories of hostile words on their whole way: as rows, composed, sent, and as readers get them."""

import email
import email.policy
import re

import pytest

from syndicate import clock
from syndicate.mail.sending import deliver
from syndicate.newsletters import alerts, rehearse
from syndicate.store.composition import alerts as asked
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.vocabulary.sending import Lane
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, NOW, SLOT, article, reader
from tests.newsletters.sending import add_alerts, compose, counts, readers, send
from tests.render.hostile import PIECES

# What a text column can hold of it.
WORDS = "".join(each for each in PIECES if each.isprintable() and "\0" not in each)
ADDRESS = "https://pier.example/read?next=slot:preferences_url"


def hostile(section_id: int = 1) -> int:
    """An article whose every word looks like something of ours."""
    with transaction() as tx:
        made = article(
            tx,
            section_id,
            "hostile",
            SLOT - HOUR,
            headline=f"Library fills its last slot:organisers {WORDS}",
            standfirst=f"The slot:unsubscribe_url was free <!--/--> {WORDS}",
            authors=["slot:preferences_url", "<!--story:0:1-->"],
            url=ADDRESS,
        )
        tx.add(
            Picture(
                article_id=made.id,
                url="https://pier.example/p.jpg?slot:preferences_url",
                width=800,
                height=600,
                alt="slot:preferences_url",
                credit='href="slot:unsubscribe_url"',
            )
        )
        return made.id


def parts(raw: bytes) -> tuple[str, str, str]:
    """Subject, text and HTML."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message.defects == []
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, page = (str(part.get_content()) for part in found if part is not None)
    return str(message["Subject"]), plain, page


def check(plain: str, page: str) -> None:
    """The words are there, and each reader's links where the template puts them alone."""
    for copy in (plain, page):
        assert [len(re.findall(f"/{kind}/", copy)) for kind in ("preferences", "unsubscribe")] == [
            1,
            1,
        ]
        assert "Library fills its last slot:organisers" in copy
        assert ADDRESS in copy
    assert " ".join(WORDS.split()) in " ".join(plain.split())
    assert 'src="https://pier.example/p.jpg?slot:preferences_url"' in page
    assert 'alt="slot:preferences_url"' in page
    assert "The slot:unsubscribe_url was free <!--/-->" in plain


def test_a_digest_of_hostile_words_arrives_with_the_words_as_written(relay: FaultRelay) -> None:
    readers(3)
    hostile()
    foreseen = parts(rehearse.preview(1, NOW))

    mailing_id = compose()
    send()

    assert counts(mailing_id) == {"audience": 3, "accepted": 3}
    for taken in relay.accepted:
        _, plain, page = parts(taken.content)
        check(plain, page)
        assert "Headline world-one" in plain
        assert "Headline sport-one" in plain
    check(*foreseen[1:])


@pytest.mark.parametrize("chosen", ["world", "sport"])
def test_who_chose_another_section_gets_none_of_those_words(relay: FaultRelay, chosen: str) -> None:
    with transaction() as tx:
        reader(tx, 1, sections=(chosen,))
    hostile()

    compose()
    send()

    ((_, plain, page),) = (parts(taken.content) for taken in relay.accepted)
    assert ("slot:organisers" in plain, "slot:organisers" in page) == (chosen == "world",) * 2
    assert ("Headline sport-one" in plain, "Headline sport-one" in page) == (chosen == "sport",) * 2


def test_a_story_in_arabic_whose_source_names_no_language_runs_from_right_to_left(
    relay: FaultRelay,
) -> None:
    with transaction() as tx:
        article(tx, 1, "pier", SLOT - HOUR, headline="افتتح الرصيف", standfirst="في الصباح.")
        reader(tx, 1)

    compose()
    send()

    ((_, _, page),) = (parts(taken.content) for taken in relay.accepted)
    ways = {
        headline: re.findall(r'dir="(\w+)"', page.rpartition(headline)[0])[-1]
        for headline in ("افتتح الرصيف", "Headline sport-one")
    }
    assert ways == {"افتتح الرصيف": "rtl", "Headline sport-one": "ltr"}


def test_a_section_is_called_as_the_language_of_its_stories_says(relay: FaultRelay) -> None:
    with transaction() as tx:
        world = publications.section_of(tx, 1, "world")
        assert world is not None
        publications.change(tx, world, names={"ar": "العالم"})
        article(tx, 1, "pier", SLOT - HOUR, headline="افتتح الرصيف", language="ar-EG")
        newsletter = newsletters.by_slug(tx, "morning")
        assert newsletter is not None
        newsletter.languages = ["ar-EG", "en"]
        reader(tx, 1, language="ar-EG")

    compose()
    send()

    ((_, plain, page),) = (parts(taken.content) for taken in relay.accepted)
    assert [line for line in plain.splitlines() if line.startswith("==")] == [
        "== العالم ==",
        "== World ==",
        "== Sport ==",
    ]
    assert re.findall('<h2 class="section-name[^>]*>([^<]*)<', page) == ["العالم", "World", "Sport"]


def test_an_alert_of_hostile_words_arrives_with_the_words_as_written(relay: FaultRelay) -> None:
    newsletter_id = add_alerts(1)
    with transaction() as tx:
        reader(tx, 1, newsletter_id)
    article_id = hostile()
    with transaction() as tx:
        asked.ask(tx, [article_id], now=clock.now())

    alerts.send_due(clock.now())
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)

    ((subject, plain, page),) = (parts(taken.content) for taken in relay.accepted)
    check(plain, page)
    assert subject.startswith("Library fills its last slot:organisers slot:preferences_url")
    assert "\n" not in subject
    assert "/preferences/" not in subject
