"""XMP that no XML parser accepts: adds a description of ours as text, and finds it again.

What such a packet says stays byte for byte, for programs that are content with less than a parser.
"""

import re
from collections.abc import Mapping

from vermilion.pictures.xmp.names import NAMESPACES
from vermilion.pictures.xmp.packet import XmpPacket, description
from vermilion.pictures.xmp.walk import RDF, MalformedXmpError

_END = re.compile(rb"</(?:[\w.-]+:)?RDF\s*>")
_HEAD = b'<rdf:Description rdf:about=""'
_SPACE = b'xmlns:vermilion="%s"' % NAMESPACES["vermilion"].encode()
_TAIL = b"</rdf:Description>\n"


def with_properties(blob: bytes, added: Mapping[str, str]) -> bytes:
    """The packet with a description at the end of its RDF, in place of one of ours.

    Raises:
        MalformedXmpError: it has no end at which to put it.
    """
    start, end = _own_place(blob)
    blob = blob[:start] + blob[end:]
    ends = [match.start() for match in _END.finditer(blob)]
    if not ends:
        raise MalformedXmpError("its end is missing")
    return blob[: ends[-1]] + description(added).encode() + blob[ends[-1] :]


def own_properties(blob: bytes) -> Mapping[str, str]:
    """What a description of ours in the packet says.

    Raises:
        MalformedXmpError: there is none.
    """
    start, end = _own_place(blob)
    if start == end:
        raise MalformedXmpError("it is no XML")
    return XmpPacket.parse(b'<r:RDF xmlns:r="%s">%s</r:RDF>' % (RDF.encode(), blob[start:end])).properties


def _own_place(blob: bytes) -> tuple[int, int]:
    """Where the last description of ours begins and ends, with the blanks before it; (0, 0) without one."""
    space = blob.rfind(_SPACE)
    start = blob.rfind(_HEAD, 0, max(space, 0))
    end = blob.find(_TAIL, space)
    if min(space, start, end) < 0 or re.search(rb"[<>]", blob[start + 1 : space]):
        return 0, 0
    return len(blob[:start].rstrip(b" ")), end + len(_TAIL)
