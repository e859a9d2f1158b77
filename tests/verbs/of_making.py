"""What is done to publications, sections and desks, at each face that offers it."""

from syndicate.errors import InvalidError, MissingError, NotFoundError, RefusedError, TakenError
from tests.verbs.asked import Asked, Done, No

PUBLICATIONS = "newsroom.making.publications"
SECTIONS = "newsroom.making.sections"
DESKS = "newsroom.making.desks"
STREAMS = "newsroom.making.streams"
EVENING = {
    "slug": "evening",
    "name": "Evening",
    "language": "en",
    "zone": "Europe/London",
    "sender_address": "news@evening.example",
}
NEW = (
    "publications add evening --name Evening --language en --zone Europe/London "
    "--sender-address news@evening.example"
)
# A form is sent as the browser sends it: whole.
AS_IT_IS = {
    "slug": "courier",
    "name": "The Courier",
    "language": "en",
    "zone": "Europe/London",
    "sender_name": "The Courier",
    "sender_address": "news@courier.example.org",
    "postal_address": "1 Bridge Street",
}
DIGEST = {"publication": "courier", "slug": "digest", "sender_address": "digest@mail.example"}
SPORT = {"publication": "courier", "slug": "sport", "name": "Sport"}
AS_OPTIONS = "add sport --publication courier --name Sport"
OF_COURIER = "--publication courier"

DONE = (
    Done(
        f"{PUBLICATIONS}.add",
        Asked(NEW, ("/publications", EVENING), ("/start/publication", EVENING)),
        ("publication-add", "publication:{next_publication}"),
    ),
    Done(
        f"{PUBLICATIONS}.add",
        Asked(console=("/newsroom/new/publications", EVENING)),
        ("publication-add", "publication:{next_publication}"),
    ),
    Done(
        f"{PUBLICATIONS}.change",
        Asked(
            "publications set courier --host courier.example",
            ("PATCH /publications/courier", {"host": "courier.example"}),
            ("/newsroom/publications/courier", AS_IT_IS | {"host": "courier.example"}),
        ),
        ("publication-change", "publication:{publication}"),
    ),
    Done(
        f"{SECTIONS}.add",
        Asked(f"sections {AS_OPTIONS}", ("/sections", SPORT), ("/newsroom/new/sections", SPORT)),
        ("section-add", "section:{next_section}"),
    ),
    Done(
        f"{SECTIONS}.change",
        Asked(
            f"sections set world {OF_COURIER} --name Globe",
            ("PATCH /sections/world?publication=courier", {"name": "Globe"}),
            ("/newsroom/sections/world?publication=courier", {"name": "Globe"}),
        ),
        ("section-change", "section:{section}"),
    ),
    Done(
        f"{SECTIONS}.end",
        Asked(
            f"sections retire world {OF_COURIER}",
            ("DELETE /sections/world?publication=courier", {}),
            ("/newsroom/sections/world/retire?publication=courier", {}),
        ),
        ("section-retire", "section:{section}"),
    ),
    Done(
        f"{DESKS}.add",
        Asked(f"desks {AS_OPTIONS}", ("/desks", SPORT), ("/newsroom/new/desks", SPORT)),
        ("desk-add", "desk:{next_desk}"),
    ),
    Done(
        f"{DESKS}.change",
        Asked(
            f"desks set world {OF_COURIER} --name Globe",
            ("PATCH /desks/world?publication=courier", {"name": "Globe"}),
            ("/newsroom/desks/world?publication=courier", {"name": "Globe"}),
        ),
        ("desk-change", "desk:{team}"),
    ),
    Done(
        f"{DESKS}.end",
        Asked(
            f"desks retire world {OF_COURIER}",
            ("DELETE /desks/world?publication=courier", {}),
            ("/newsroom/desks/world/retire?publication=courier", {}),
        ),
        ("desk-retire", "desk:{team}"),
    ),
    Done(
        f"{STREAMS}.add",
        Asked(
            f"streams add digest {OF_COURIER} --sender-address digest@mail.example",
            ("/streams", DIGEST),
            ("/newsroom/new/streams", DIGEST),
        ),
        ("stream-add", "stream:{next_stream}"),
    ),
    Done(
        f"{STREAMS}.change",
        Asked(
            f"streams set alert {OF_COURIER} --return-domain returns.example",
            ("PATCH /streams/alert?publication=courier", {"return_domain": "returns.example"}),
            ("/newsroom/streams/alert?publication=courier", {"return_domain": "returns.example"}),
        ),
        ("stream-change", "stream:{stream}"),
    ),
    Done(
        f"{STREAMS}.end",
        Asked(
            f"streams retire alert {OF_COURIER}",
            ("DELETE /streams/alert?publication=courier", {}),
            ("/newsroom/streams/alert/retire?publication=courier", {}),
        ),
        ("stream-retire", "stream:{stream}"),
    ),
)
NOES = (
    No(
        f"{PUBLICATIONS}.add",
        Asked(
            NEW.replace("evening", "courier", 1), ("/publications", {**EVENING, "slug": "courier"})
        ),
        TakenError,
        "There is a publication courier already; choose another slug.",
    ),
    No(
        f"{PUBLICATIONS}.change",
        Asked(
            "publications set courier --zone Mars/Base",
            ("PATCH /publications/courier", {"zone": "Mars/Base"}),
            ("/newsroom/publications/courier", AS_IT_IS | {"zone": "Mars/Base"}),
        ),
        InvalidError,
        "There is no time zone Mars/Base; name one such as Europe/London.",
    ),
    No(
        f"{SECTIONS}.add",
        Asked(
            f"sections {AS_OPTIONS} --parent games",
            ("/sections", {**SPORT, "parent": "games"}),
            ("/newsroom/new/sections", {**SPORT, "parent": "games"}),
        ),
        MissingError,
        "The Courier has no section games; make it first.",
    ),
    No(
        f"{SECTIONS}.change",
        Asked(
            f"sections set world {OF_COURIER} --parent world",
            ("PATCH /sections/world?publication=courier", {"parent": "world"}),
            ("/newsroom/sections/world?publication=courier", {"parent": "world"}),
        ),
        InvalidError,
        "world cannot stand below world, which would then stand below itself; choose another "
        "parent.",
    ),
    No(
        f"{SECTIONS}.end",
        Asked(
            f"sections retire games {OF_COURIER}",
            ("DELETE /sections/games?publication=courier", {}),
            ("/newsroom/sections/games/retire?publication=courier", {}),
        ),
        NotFoundError,
        "There is no section games in courier; the list of sections shows all there are.",
    ),
    No(
        f"{SECTIONS}.end",
        Asked(
            f"sections retire culture {OF_COURIER}",
            ("DELETE /sections/culture?publication=courier", {}),
            ("/newsroom/sections/culture/retire?publication=courier", {}),
        ),
        RefusedError,
        "Sections stand below culture; give them another parent first.",
    ),
    No(
        f"{DESKS}.add",
        Asked(
            "desks add sport --publication nowhere --name Sport",
            ("/desks", {**SPORT, "publication": "nowhere"}),
            ("/newsroom/new/desks", {**SPORT, "publication": "nowhere"}),
        ),
        MissingError,
        "There is no publication nowhere; the list of publications shows all there are.",
    ),
    No(
        f"{DESKS}.change",
        Asked(
            f"desks set world {OF_COURIER} --address nobody",
            ("PATCH /desks/world?publication=courier", {"address": "nobody"}),
            ("/newsroom/desks/world?publication=courier", {"address": "nobody"}),
        ),
        InvalidError,
        "Mail cannot be sent to this address: An email address must have an @-sign.",
    ),
    No(
        f"{STREAMS}.add",
        Asked(
            f"streams add alert {OF_COURIER}",
            ("/streams", {**DIGEST, "slug": "alert"}),
            ("/newsroom/new/streams", {**DIGEST, "slug": "alert"}),
        ),
        TakenError,
        "The Courier has a stream alert already; change that one.",
    ),
    No(
        f"{STREAMS}.change",
        Asked(
            f"streams set alert {OF_COURIER} --return-domain https://x.example/",
            ("PATCH /streams/alert?publication=courier", {"return_domain": "https://x.example/"}),
            (
                "/newsroom/streams/alert?publication=courier",
                {"return_domain": "https://x.example/"},
            ),
        ),
        InvalidError,
        "https://x.example/ is not a host name; write it alone, such as news.example, without "
        "https:// and without a path.",
    ),
    No(
        f"{STREAMS}.end",
        Asked(
            f"streams retire digest {OF_COURIER}",
            ("DELETE /streams/digest?publication=courier", {}),
        ),
        NotFoundError,
        "There is no stream digest in courier; the list of streams shows all there are.",
    ),
    No(
        f"{DESKS}.end",
        Asked(f"desks retire games {OF_COURIER}", ("DELETE /desks/games?publication=courier", {})),
        NotFoundError,
        "There is no desk games in courier; the list of desks shows all there are.",
    ),
)
