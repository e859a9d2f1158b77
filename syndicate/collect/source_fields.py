"""What a source is made of: the one list of fields that every face reads and explains."""

from syndicate.newsroom.making import within
from syndicate.newsroom.making.fields import Field, Kind, Shape, TakesEffect, Touched
from syndicate.vocabulary.sources import Pages, SourceKind

_COLLECTED = (Touched.COLLECTING,)
_MAX_ADDRESS, _MAX_PROFILE = 2_500, 20_000
OBEY, IGNORE = "obey", "ignore"
# What is said of whether robots.txt is obeyed; None: unless the source is in-house.
ROBOTS_SAID = {None: None, True: OBEY, False: IGNORE}

KIND = Kind(
    "source",
    "sources",
    (
        within.PUBLICATION,
        Field(
            "slug",
            "Its short name in commands and files: small letters, digits and hyphens; not digits "
            "alone.",
            shape=Shape.SLUG,
            instead="made of its name or its host",
            touches=(Touched.OPERATORS,),
            is_early=True,
            most=80,
            example="wire",
        ),
        Field(
            "name",
            "What operators call it.",
            instead="its address",
            touches=(Touched.OPERATORS,),
            is_early=True,
            example="Wire",
        ),
        Field(
            "url",
            "Its whole address; for a CMS that sends its articles itself, any name.",
            is_required=True,
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            is_early=True,
            most=_MAX_ADDRESS,
            example="https://wire.example/feed",
        ),
        Field(
            "kind",
            "How it is read; push is a CMS that sends its articles itself.",
            shape=Shape.CHOICE,
            default=SourceKind.FEED.value,
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            is_early=True,
            choices=tuple(each.value for each in SourceKind),
            example=SourceKind.FEED.value,
        ),
        Field(
            "section",
            "The section of everything that it brings, by its slug.",
            shape=Shape.ROW,
            of="section",
            instead="what its categories say",
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            is_early=True,
            example="world",
        ),
        Field(
            "pages",
            "Whether article pages are read: if the source sends a teaser (thin), always or never.",
            shape=Shape.CHOICE,
            default=Pages.THIN.value,
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            choices=tuple(each.value for each in Pages),
            example=Pages.THIN.value,
        ),
        Field(
            "allow_origins",
            "In-house servers that it may be fetched from, each as IP:port or as 10.1.0.0/16.",
            shape=Shape.TEXTS,
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            most=100,
            option="allow",
            example=("10.1.0.7:8080", "10.2.0.0/16"),
        ),
        Field(
            "compare_url",
            "The newsroom's own sitemap, which shows whether an article is missing.",
            shape=Shape.WEB,
            touches=(Touched.OPERATORS,),
            option="compare",
            example="https://wire.example/news.xml",
        ),
        Field(
            "robots",
            "Whether its pages are read only where robots.txt allows it: obey or ignore.",
            shape=Shape.CHOICE,
            instead="obey, unless it is in-house",
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            choices=(OBEY, IGNORE),
            example=OBEY,
        ),
        Field(
            "profile",
            "Where its pages keep headline, text and the rest, as selectors (docs/sources.md).",
            shape=Shape.OBJECT,
            takes_effect=TakesEffect.NEXT_FETCH,
            touches=_COLLECTED,
            most=_MAX_PROFILE,
            example={"headline": "h1"},
        ),
    ),
)
