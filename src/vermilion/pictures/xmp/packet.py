"""An XMP packet (ISO 16684-1), added to as text at the places that a parser finds.

Nothing else is rewritten: prefixes, comments, layout, padding and everything unknown stay
as they are, byte for byte. Only properties that are to be replaced are cut out.
"""

import codecs
from collections.abc import Container, Mapping
from dataclasses import dataclass
from html import escape

from vermilion.pictures.xmp.names import EXTENSION_NOTE, NAMESPACES
from vermilion.pictures.xmp.walk import LARGEST, META, RDF, Element, Finder, MalformedXmpError, element_name

_EMPTY = (
    f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="{META}">\n'
    f'<rdf:RDF xmlns:rdf="{RDF}">\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
).encode()
# A packet without a byte order mark begins with "<", which shows how wide its characters are.
_WIDE_STARTS = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(slots=True)
class XmpPacket:
    """A packet, and what it says of the picture in the namespaces that are looked at.

    Attributes:
        properties: values as text by "prefix:Name", with the prefixes of `NAMESPACES`.
    """

    properties: Mapping[str, str]
    _places: Finder
    _home: Element  # rdf:RDF, or the element that it must be put into
    _encoding: str

    @classmethod
    def parse(cls, blob: bytes | None) -> "XmpPacket":
        """Take a packet apart; one that is absent or blank is a new one.

        Raises:
            MalformedXmpError: it is neither blank nor XMP.
        """
        text, encoding = _decoded(blob or b"")
        places = Finder(text or _EMPTY)
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
        name = element_name(tag)
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
