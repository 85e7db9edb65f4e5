"""An XMP packet (ISO 16684-1), added to as text at the places that a parser finds.

Nothing is written anew: prefixes, comments, layout, padding and whatever nobody here understands stay
as they are, byte for byte. Only properties that are to be replaced are cut out.
"""

import codecs
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from vermilion.pictures.xmp_names import EXTENSION_NOTE, NAMESPACES

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
_RDF, _DESCRIPTION = f"{RDF} RDF", f"{RDF} Description"
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_EMPTY = (
    f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="{META}">\n'
    f'<rdf:RDF xmlns:rdf="{RDF}">\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
).encode()
# Bounds on what is taken apart: far beyond any packet that a program writes, except for histories that
# have run wild. A packet beyond them is treated as one that no parser accepts.
LARGEST = 32 << 20
"""Bytes."""
_DEEPEST = 100
_MOST_ELEMENTS = 50_000
_ATTRIBUTE = re.compile(rb"""\s+([^\s="'<>]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_TORN_WRAPPER = re.compile(rb"\s*\?xpacket[^<>]*\?>")
# A packet without a byte order mark begins with "<", which tells how wide its characters are.
_WIDE_STARTS = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class MalformedXmpError(ValueError):
    """A packet that no XML parser accepts, that holds no RDF, or that is beyond all bounds."""


@dataclass(slots=True)
class _Element:
    """Where an element stands: its start tag, and its end tag where it has one."""

    start: int
    inner: int  # behind the start tag
    outer: int = 0  # before the end tag; the same as `inner` where the start tag is the end tag, too
    end: int = 0


@dataclass(slots=True)
class _Property:
    """A property of the picture: the bytes to cut out if it is to go, and its value as text."""

    name: str
    start: int
    end: int = 0
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class XmpPacket:
    """A packet, and what it says of the picture in the namespaces that are looked at.

    Attributes:
        properties: values as text by "prefix:Name", with the prefixes of `NAMESPACES`.
    """

    properties: Mapping[str, str]
    _places: "_Finder"
    _home: _Element  # rdf:RDF, or the element that it must be put into
    _encoding: str

    @classmethod
    def parse(cls, blob: bytes | None) -> "XmpPacket":
        """Take a packet apart; one that is absent or blank is a new one.

        Raises:
            MalformedXmpError: it is neither blank nor XMP.
        """
        text, encoding = _decoded(blob or b"")
        places = _Finder(text or _EMPTY)
        home = places.rdf or places.meta
        if home is None:
            raise MalformedXmpError("it holds no RDF")
        values = {found.name: "".join(found.texts).strip() for found in places.found}
        return cls(values, places, home, encoding)

    def with_properties(self, added: Mapping[str, str], dropped: Container[str] = ()) -> bytes:
        """The packet with these properties in place of those of the same names, in its own encoding.

        Args:
            added: values by name; none leaves everything else byte for byte.
            dropped: names of further properties that go.
        """
        text = description(added, self._places.about).encode() if added else b""
        gone = {name for name in self.properties if name in added or name in dropped}
        return self._edited(text, gone)

    def joined_with(self, extension: "XmpPacket") -> bytes:
        """The packet with all that its extension says, and without the note that there is one."""
        return self._edited(extension._places.descriptions(), {EXTENSION_NOTE})  # noqa: SLF001 - our own

    def _edited(self, added: bytes, dropped: Container[str]) -> bytes:
        edits = [(found.start, found.end, b"") for found in self._places.found if found.name in dropped]
        if added:
            edits.append(self._insertion(added))
        text, kept, position = self._places.text, [], 0
        for start, end, replacement in sorted(edits):
            kept += [text[position:start], replacement]
            position = end
        text = b"".join([*kept, text[position:]])
        return text if self._encoding == "utf-8" else text.decode().encode(self._encoding)

    def _insertion(self, text: bytes) -> tuple[int, int, bytes]:
        """The edit that puts a description at the end of the RDF, opening what is closed at once."""
        if self._places.rdf is None:
            text = b'<rdf:RDF xmlns:rdf="%s">\n%s</rdf:RDF>\n' % (RDF.encode(), text)
        home = self._home
        if home.outer != home.end:
            return home.outer, home.outer, text
        tag = self._places.text[home.start : home.inner]
        name = _element_name(tag)
        return home.start, home.end, tag[:-2].rstrip() + b">\n" + text + b"</" + name + b">"


def _decoded(blob: bytes) -> tuple[bytes, str]:
    """The packet in UTF-8 without zeros behind it, and the encoding that it had."""
    if len(blob) > LARGEST:
        raise MalformedXmpError(f"it has {len(blob):,} bytes")
    heads = [*_MARKS.items(), *_WIDE_STARTS.items()]
    encoding = next((name for head, name in heads if blob.startswith(head)), "utf-8")
    try:
        text = blob.decode(encoding).rstrip("\0")
    except UnicodeDecodeError as error:
        raise MalformedXmpError(f"it is not {encoding.upper()}") from error
    return (text.encode() if text.strip("\ufeff\0 \t\r\n") else b""), encoding


def description(properties: Mapping[str, str], about: str = "") -> str:
    """An rdf:Description of simple properties, which brings its own namespaces."""
    used = sorted({name.partition(":")[0] for name in properties})
    spaces = "".join(f'\n    xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in used)
    lines = "".join(
        f"   <{name}>{escape(value, quote=False)}</{name}>\n" for name, value in properties.items()
    )
    return (
        f'  <rdf:Description rdf:about="{escape(about)}"\n    xmlns:rdf="{RDF}"{spaces}>\n'
        f"{lines}  </rdf:Description>\n"
    )


@dataclass(slots=True)
class _Finder:
    """Walks through a packet once and notes the places that matter."""

    text: bytes
    meta: _Element | None = None
    rdf: _Element | None = None
    about: str = ""
    found: list[_Property] = field(default_factory=list)
    _tags: list[tuple[int, int]] = field(default_factory=list)  # start tags of descriptions
    _scope: dict[str, str] = field(default_factory=dict)  # namespaces declared outside of them
    _open: list[tuple[str, _Element]] = field(default_factory=list)
    _elements: int = 0
    _current: _Property | None = None

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
            behind_name = start + len(_element_name(tag)) + 1
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
        element = _Element(start, match.end())
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

    def _note(self, name: str, start: int, text: str) -> _Property | None:
        space, _, local = name.partition(" ")
        if space not in _PREFIXES:
            return None
        found = _Property(f"{_PREFIXES[space]}:{local}", start, texts=[text])
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


def _element_name(tag: bytes) -> bytes:
    """The name in a start tag, with its prefix."""
    return re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]


def _attributes(tag: bytes) -> dict[bytes, tuple[int, int]]:
    """Where the attributes of a start tag stand, with the blanks before them, by name."""
    places, position = {}, 1 + len(_element_name(tag))
    # One after the other: a search would try every blank of a long row anew.
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
