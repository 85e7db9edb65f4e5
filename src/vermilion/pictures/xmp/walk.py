"""Walks through an XMP packet and notes where its properties and descriptions are."""

import re
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from vermilion.pictures.xmp.names import NAMESPACES

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
# Bounds on what is taken apart: far beyond any packet that a program writes, except for histories that
# have run wild. A packet beyond them is treated as one that no parser accepts.
LARGEST = 32 << 20
"""Bytes."""
_RDF, _DESCRIPTION = f"{RDF} RDF", f"{RDF} Description"
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_DEEPEST = 100
_MOST_ELEMENTS = 50_000
_ATTRIBUTE = re.compile(rb"""\s+([^\s="'<>]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_TORN_WRAPPER = re.compile(rb"\s*\?xpacket[^<>]*\?>")


class MalformedXmpError(ValueError):
    """A packet that no XML parser accepts, that holds no RDF, or that is beyond all bounds."""


@dataclass(slots=True)
class Element:
    """Where an element stands: its start tag, and its end tag where it has one."""

    start: int
    inner: int  # behind the start tag
    outer: int = 0  # before the end tag; the same as `inner` where the start tag is the end tag, too
    end: int = 0


@dataclass(slots=True)
class Property:
    """A property of the picture: the bytes to cut out if it is to go, and its value as text."""

    name: str
    start: int
    end: int = 0
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Finder:
    """Walks through a packet once and notes the places that matter."""

    text: bytes
    meta: Element | None = None
    rdf: Element | None = None
    about: str = ""
    found: list[Property] = field(default_factory=list)
    _tags: list[tuple[int, int]] = field(default_factory=list)  # start tags of descriptions
    _scope: dict[str, str] = field(default_factory=dict)  # namespaces declared outside of them
    _open: list[tuple[str, Element]] = field(default_factory=list)
    _elements: int = 0
    _current: Property | None = None

    def __post_init__(self) -> None:
        # The encoding is given, as what a declaration says of a decoded text is no longer true.
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.namespace_prefixes = True  # a name is "namespace local prefix"
        parser.StartElementHandler = lambda name, values: self._begin(name, values, parser.CurrentByteIndex)
        parser.EndElementHandler = lambda _: self._finish(parser.CurrentByteIndex)
        parser.CharacterDataHandler = self._read
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(_without_torn_wrapper(self.text), True)
        except expat.ExpatError as error:
            raise MalformedXmpError(str(error)) from error

    def descriptions(self) -> bytes:
        """All that stands in the RDF, each description with the namespaces that were declared outside."""
        if self.rdf is None:
            return b""
        spaces = {f"xmlns:{prefix}".encode(): escape(uri).encode() for prefix, uri in self._scope.items()}
        if len(self._tags) * sum(len(name) + len(uri) for name, uri in spaces.items()) > LARGEST:
            raise MalformedXmpError("it declares too many namespaces")
        parts, position = [], self.rdf.inner
        for start, stop in self._tags:
            tag = self.text[start:stop]
            present = _attributes(tag)
            behind_name = start + len(element_name(tag)) + 1
            parts.append(self.text[position:behind_name])
            parts += [b' %s="%s"' % (name, uri) for name, uri in spaces.items() if name not in present]
            position = behind_name
        return b"".join([*parts, self.text[position : self.rdf.outer]])

    def _declare(self, prefix: str | None, uri: str) -> None:
        if self.rdf is None and prefix:
            self._scope[prefix] = uri

    def _begin(self, spelling: str, attributes: dict[str, str], start: int) -> None:
        match = _TAG.match(self.text, start)
        if match is None:
            raise MalformedXmpError("a tag has no end")
        self._elements += 1
        if len(self._open) >= _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise MalformedXmpError("it nests too deep or holds too many elements")
        element = Element(start, match.end())
        name = _without_prefix(spelling)
        parents = [parent for parent, _ in self._open[-2:]]
        self._open.append((name, element))
        values = {_without_prefix(key): value for key, value in attributes.items()}
        if name == _RDF and self.rdf is None:
            self.rdf = element
        elif name.startswith(META) and not parents:
            self.meta = element
        elif parents[-2:] == [_RDF, _DESCRIPTION]:
            self._current = self._note(name, start, values.get(f"{RDF} resource", ""))
        elif parents[-1:] == [_RDF] and name == _DESCRIPTION:
            self._tags.append(match.span())
            self.about = self.about or values.get(f"{RDF} about", values.get("about", ""))
            self._note_shorthand(match, attributes)

    def _finish(self, position: int) -> None:
        _, element = self._open.pop()
        closed_at_once = self.text[element.inner - 2 : element.inner] == b"/>"
        element.outer = element.inner if closed_at_once else position
        element.end = element.inner if closed_at_once else self.text.index(b">", position) + 1
        current = self._current
        if current is not None and current.start == element.start:
            current.end = element.end
            self._current = None

    def _read(self, text: str) -> None:
        if self._current is not None:
            self._current.texts.append(text)

    def _note(self, name: str, start: int, text: str) -> Property | None:
        space, _, local = name.partition(" ")
        if space not in _PREFIXES:
            return None
        found = Property(f"{_PREFIXES[space]}:{local}", start, texts=[text])
        self.found.append(found)
        return found

    def _note_shorthand(self, tag: re.Match[bytes], attributes: dict[str, str]) -> None:
        """Simple properties may stand as attributes of their description."""
        places = _attributes(tag[0])
        for spelling, value in attributes.items():
            space, *rest = spelling.split(" ")
            if len(rest) != 2:  # no namespace, as in "about" of packets from before 2004
                continue
            local, prefix = rest
            start, end = places.get(f"{prefix}:{local}".encode(), (0, 0))
            noted = self._note(f"{space} {local}", tag.start() + start, value)
            if noted is not None:
                noted.end = tag.start() + end


def element_name(tag: bytes) -> bytes:
    """The name in a start tag, with its prefix."""
    return re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]


def _attributes(tag: bytes) -> dict[bytes, tuple[int, int]]:
    """Where the attributes of a start tag stand, with the blanks before them, by name."""
    places, position = {}, 1 + len(element_name(tag))
    # One after the other: a search would try every blank of a long row again.
    while (match := _ATTRIBUTE.match(tag, position)) is not None:
        places[match[1]] = match.span()
        position = match.end()
    return places


def _without_torn_wrapper(text: bytes) -> bytes:
    """The packet with blanks in place of a wrapper that has lost its first "<", as some old files have it."""
    torn = _TORN_WRAPPER.match(text)
    return text if torn is None else b" " * torn.end() + text[torn.end() :]


def _without_prefix(spelling: str) -> str:
    return " ".join(spelling.split(" ")[:2])


def _refuse_doctype(*_: object) -> None:
    # No writer of XMP needs one, and entities can be made to grow without end.
    raise MalformedXmpError("it declares a document type")
