"""Whether a colour can be read on the ground that it stands on.

Source: WCAG 2.2 (1.4.3; "contrast ratio" and "relative luminance").
"""

PAPER = 1.0  # relative luminance of white
NIGHT = 0.0113  # and of the dark screens' ground
ENOUGH = 4.5
_WEIGHTS = (0.2126, 0.7152, 0.0722)  # of red, green and blue in what the eye sees
_LINEAR_UP_TO = 0.04045


def contrast(colour: str, ground: float) -> float:
    """How well a colour stands out from a ground: 1 to 21.

    Args:
        colour: "#1a4f8b".
        ground: its relative luminance, 0 to 1.
    """
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    own = sum(weight * _linear(part) for weight, part in zip(_WEIGHTS, parts, strict=True))
    lighter, darker = max(own, ground), min(own, ground)
    return (lighter + 0.05) / (darker + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4
