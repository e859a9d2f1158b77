"""What the link to a reader's choices is called, and its page: after what there is to choose."""

from syndicate.translations import say


def choosing(language: str, *, sections: int, languages: int) -> str:
    """The link's words.

    Args:
        language: in which readers see it.
        sections: how many there are to choose from; one alone is no choice.
        languages: likewise.
    """
    if sections > 1 and languages > 1:
        return say(language, "Choose sections and languages")
    if sections > 1:
        return say(language, "Choose sections")
    if languages > 1:
        return say(language, "Choose languages")
    return say(language, "Change your subscription")
