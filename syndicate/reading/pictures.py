"""Pictures of what others write: each once, at its address; and none that nobody is to see.

A page that loads its pictures late has a blank one in `src`, the address in an attribute of its own
(`reading.lazy_pictures`) and the picture once more in `<noscript>`. Readers' programs run no
script, so here the picture gets its address. What has none is left out, and so are the counters of
others (`reading.counters`).

`unwrapped` comes before the cleaning, `passed` says what it leaves for `settled`, which comes after
it: what is cleaned has its quotation marks in order, so its tags can be read by an expression that
is linear. Pure.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.characters import resolved
from syndicate.reading import counters
from syndicate.reading.lazy_pictures import PREFIX, Join, address_of, late_addresses
from syndicate.reading.text import plain

FOR_US = frozenset({"srcset", "style", "hidden"})  # attributes that the cleaning leaves for us
_NAME = re.compile(r"data-[a-z0-9_-]{1,60}$")
_TWIN = "data-without-script"

_AMP = re.compile(r"<(/?)amp-img(?=[\s/>])", re.IGNORECASE)
_NOSCRIPT = re.compile(r"<noscript(?=[\s>])[^<>]*+>", re.IGNORECASE)
_NOSCRIPT_END = re.compile(r"</noscript\s*+>", re.IGNORECASE)
_IMAGE = re.compile(r"<img(?=[\s/>])", re.IGNORECASE)

# Tags as nh3 writes them.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [^\s="<>]++="[^"<>]*+")*+)>')
_ATTRIBUTE = re.compile(r' ([^\s="<>]++)="([^"<>]*+)"')
_VOID = frozenset({"br", "hr", "wbr"})
_KEPT = frozenset({"src", "alt", "width", "height", "title", "lang", "dir"})
# Between a picture and its twin no other block begins.
_BLOCK = re.compile(r"<(?:p|div|figure|li|td|h[1-6]|blockquote)[ >]")


def unwrapped(markup: str) -> str:
    """Markup in which the pictures of `<noscript>` and AMP are pictures, before it is cleaned."""
    markup = _AMP.sub(r"<\1img", markup)
    parts: list[str] = []
    at = 0
    while (begin := _NOSCRIPT.search(markup, at)) is not None:
        end = _NOSCRIPT_END.search(markup, begin.end())
        if end is None:
            break
        inner = markup[begin.end() : end.start()]
        is_picture = _IMAGE.search(inner) is not None and not plain(inner)
        shown = _IMAGE.sub(f'<img {_TWIN}="1"', inner) if is_picture else ""
        parts += [markup[at : begin.start()], shown]
        at = end.end()
    return "".join([*parts, markup[at:]])


def passed(tag: str, name: str, value: str) -> str | None:
    """What the cleaning leaves of an attribute that `settled` asks for."""
    is_picture = tag in {"img", "source"}
    if is_waiting(name, value):
        return None
    if name == "style":
        return "hidden" if counters.hides(value, is_picture=is_picture) else None
    if name.startswith(PREFIX):
        return value if is_picture and _NAME.match(name) else None
    return value


def is_waiting(name: str, value: str) -> bool:
    """Whether an attribute is the `src` of a picture that waits for a script, and no address."""
    return name == "src" and value.strip()[:1] in {"", "#"}


def settled(cleaned: str, join: Join) -> str:
    """Cleaned HTML whose pictures have their addresses, without those that are none.

    Args:
        cleaned: as nh3 writes it, with what `passed` left.
        join: makes an address absolute; None where it is no web address.
    """
    if not any(each in cleaned for each in ("<img", "<source", ' style="', ' hidden="')):
        return cleaned
    parts = _Parts(join)
    at = 0
    for tag in _TAG.finditer(cleaned):
        parts.say(cleaned[at : tag.start()])
        parts.take(tag)
        at = tag.end()
    parts.say(cleaned[at:])
    return parts.joined()


@dataclass
class _Image:
    """A picture on its way: its attributes as they are written, and where it lies."""

    written: dict[str, str]
    address: str | None
    is_twin: bool
    has_twin: bool = False

    def shown(self) -> str:
        if self.address is None:
            return ""
        said = self.written if "src" in self.written else {"src": "", **self.written}
        said = {**said, "src": html.escape(self.address)}
        kept = (f' {name}="{value}"' for name, value in said.items() if name in _KEPT)
        return f"<img{''.join(kept)}>"


class _Parts:
    """A text that is gone through: pictures, and what stands between them."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._images: list[_Image] = []
        self._between: list[list[str]] = [[]]  # before the first picture, before the second, …
        self._open: list[tuple[str, bool]] = []  # (name, whether it is hidden)
        self._hidden = 0
        self._sources: list[dict[str, str]] = []

    def say(self, text: str) -> None:
        self._between[-1].append(text)

    def take(self, tag: re.Match[str]) -> None:
        """Take a tag in: a picture to be judged, or one that is written again."""
        slash, name, written = tag[1], tag[2], tag[3]
        if name == "img":
            self._take_image(dict(_ATTRIBUTE.findall(written)))
            return
        if name == "source":
            self._sources.append(_read(dict(_ATTRIBUTE.findall(written))))
            self.say(_unmarked(tag[0]) if ' src="' in written else "")
            return
        if name in {"picture", "video", "audio"}:
            self._sources = []
        if slash:
            self._close(name)
        elif name not in _VOID:
            is_hidden = ' style="hidden"' in written or ' hidden="' in written
            self._open.append((name, is_hidden))
            self._hidden += is_hidden
        self.say(_unmarked(tag[0]))

    def joined(self) -> str:
        """The text, each picture once."""
        known = {image.address for image in self._images if not image.is_twin}
        for at, image in enumerate(self._images):
            if not image.is_twin or image.address is None:
                continue
            partner = None if image.address in known else next(self._partners(at), None)
            if partner is not None:
                # It is what is seen where no script runs: here.
                partner.address, partner.has_twin = image.address, True
            if partner is not None or image.address in known:
                image.address = None
            known.add(image.address)
        shown = [image.shown() for image in self._images]
        between = ["".join(each) for each in self._between]
        return between[0] + "".join(map(str.__add__, shown, between[1:]))

    def _partners(self, at: int) -> Iterator[_Image]:
        """The pictures beside a twin that it stands for: with no word in between."""
        for other, texts in ((at - 1, at), (at + 1, at + 1)):
            if not 0 <= other < len(self._images):
                continue
            image, between = self._images[other], "".join(self._between[texts])
            is_apart = image.address is not None and _BLOCK.search(between)
            if not (image.is_twin or image.has_twin or is_apart or plain(between)):
                yield image

    def _take_image(self, written: dict[str, str]) -> None:
        said = _read(written)
        is_twin = said.pop(_TWIN, None) is not None
        address = address_of(said, self._sources, self._join)
        is_hidden = not ({"style", "hidden"}.isdisjoint(said) or late_addresses(said))
        if address and counters.is_counter(
            said, address, is_hidden=is_hidden, is_within_hidden=self._hidden > 0
        ):
            return
        self._images.append(_Image(written, address, is_twin))
        self._between.append([])

    def _close(self, name: str) -> None:
        if self._open and self._open[-1][0] == name:
            self._hidden -= self._open.pop()[1]


def _read(written: dict[str, str]) -> dict[str, str]:
    return {name: resolved(value) for name, value in written.items()}


def _unmarked(tag: str) -> str:
    """A tag without what was left in it for us."""
    if "=" not in tag:
        return tag

    def kept(attribute: re.Match[str]) -> str:
        name = attribute[1]
        return "" if name in FOR_US or name.startswith(PREFIX) else attribute[0]

    return _ATTRIBUTE.sub(kept, tag)
