"""The language of a story by its letters, where nobody has said it of this story. Pure.

    said "en", Arabic letters ──> "ar" where the publication speaks it, else "und-Arab"
    said "sr", Latin letters ───> "sr", which is written so as well
    said "en" of the entry itself, whatever its letters ──> "en"

What is said of a whole document, or of the publication, is said of most of its stories. Letters
tell no language, but which one it is not: then the tag is "undetermined", in that script, so that a
page runs its way and no voice reads it as what it is not.

Source: ISO 15924; RFC 5646 2.2.3 and 4.1 ("und" with a script); CLDR (the scripts of languages).
"""

from collections.abc import Sequence

from syndicate import languages, scripts
from syndicate.reading.records import Words
from syndicate.reading.text import plain

_MARKUP = 4 * scripts.MOST
# Scripts that are others, or hold them, as letters' names know them.
_SAME = {
    script: known
    for alike, known in (
        ("Hans Hant Hanb", "Hani"),
        ("Hira Kana Hrkt", "Jpan"),
        ("Syre Syrj Syrn", "Syrc"),
        ("Latf Latg", "Latn"),
        ("Hang", "Kore"),
        ("Aran", "Arab"),
        ("Cyrs", "Cyrl"),
    )
    for script in alike.split()
}
# Languages in daily use in more scripts than the one that their plain tag means.
_ALSO = {
    language: frozenset(written.split())
    for spoken, written in (
        ("sr bs sh cnr mo ro be tt crh", "Latn Cyrl"),
        ("az kk ky tk ug uz ku tg", "Latn Cyrl Arab"),
        ("ms ha so wo bal", "Latn Arab"),
        ("ber kab rif shi tzm zgh", "Latn Tfng Arab"),
        ("pa lah", "Guru Arab"),
        ("ks sd", "Arab Deva"),
        ("ff", "Latn Adlm Arab"),
        ("bm", "Latn Nkoo"),
        ("vai", "Vaii Latn"),
        ("mn", "Cyrl Mong"),
        ("iu", "Cans Latn"),
        ("lad", "Latn Hebr"),
        ("sat", "Olck Deva Beng"),
        ("mni", "Beng Mtei"),
        ("kok", "Deva Latn"),
    )
    for language in spoken.split()
}


def language_of(said: str, words: Words, ours: Sequence[str]) -> str:
    """The language of a story of which only others' is known.

    Args:
        said: of the document that it stands in, else of its publication.
        words: of the story.
        ours: the languages that its publication speaks.

    Returns:
        What is said, unless it is not written in these letters.
    """
    script = scripts.script_of(
        f"{words.headline}\n{words.standfirst}\n{_beginning(words.body_html)}"
    )
    if not script or uses(said, script):
        return said
    fitting = [each for each in ours if languages.script(each) and uses(each, script)]
    is_clear = len({languages.primary(each) for each in fitting}) == 1
    return fitting[0] if is_clear else languages.undetermined(script)


def uses(language: str, script: str) -> bool:
    """Whether a language is written in a script; one that nobody knows may be."""
    own = languages.script(language)
    if not own:
        return True
    plain_own = _SAME.get(own, own)
    if script == plain_own or (script == "Hani" and plain_own in scripts.MIXED):
        return True
    is_named = own in language.replace("_", "-").title().split("-")[1:]
    return not is_named and script in _ALSO.get(languages.primary(language), ())


def _beginning(markup: str) -> str:
    return plain(markup[:_MARKUP])
