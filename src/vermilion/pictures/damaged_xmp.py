"""XMP that no XML parser accepts: a description of ours is put into it and found again as text.

What such a packet says stays byte for byte, for programs that are content with less than a parser.
"""

import re
from collections.abc import Mapping

from vermilion.pictures.xmp import NAMESPACES, RDF, MalformedXmpError, XmpPacket, description

_END = re.compile(rb"</(?:[\w.-]+:)?RDF\s*>")
_OURS = re.compile(
    rb' *<rdf:Description rdf:about=""\s+xmlns:[^<>]*xmlns:vermilion="%s"[^<>]*>.*?</rdf:Description>\n'
    % re.escape(NAMESPACES["vermilion"].encode()),
    re.DOTALL,
)


def with_properties(blob: bytes, added: Mapping[str, str]) -> bytes:
    """The packet with a description at the end of its RDF, in place of one of ours.

    Raises:
        MalformedXmpError: it has no end at which to put it.
    """
    blob = _OURS.sub(b"", blob)
    ends = [match.start() for match in _END.finditer(blob)]
    if not ends:
        raise MalformedXmpError("its end is missing")
    return blob[: ends[-1]] + description(added).encode() + blob[ends[-1] :]


def own_properties(blob: bytes) -> Mapping[str, str]:
    """What a description of ours in the packet says.

    Raises:
        MalformedXmpError: there is none.
    """
    found = _OURS.search(blob)
    if found is None:
        raise MalformedXmpError("it is no XML")
    return XmpPacket.parse(b'<r:RDF xmlns:r="%s">%s</r:RDF>' % (RDF.encode(), found[0])).properties
