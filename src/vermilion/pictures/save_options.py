"""What a caller may say about saving: which losses are allowed, and the refusal of all others."""

from dataclasses import dataclass

from vermilion.errors import OutputError
from vermilion.pictures.credentials import Signature
from vermilion.pictures.head import Head
from vermilion.pictures.jpeg_coefficients import can_carry_luma
from vermilion.pictures.scan import Scan

_SIXTEEN_BITS = frozenset({"png", "tiff"})
_ALPHA = frozenset({"png", "tiff", "webp"})


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """How to save a picture, and which losses are allowed; passed on whole from where a person says it.

    Attributes:
        overwrite: Replace a file that is there already.
        allow_inexact: Where jpeglib is missing, which carries over the luma coefficients of a JPEG scan
            that is stored in colour, encode that luma again with the scan's own table.
        drop_depth: Allow 16 bits to become 8 in a format that holds only 8.
        drop_alpha: Allow transparency to be left out in a format without it.
        mark: Tell in the file's XMP that a network made the colours, and by which recipe; with a
            ``Signature`` also in a signed C2PA manifest.
    """

    overwrite: bool = False
    allow_inexact: bool = False
    drop_depth: bool = False
    drop_alpha: bool = False
    mark: bool | Signature = True

    @property
    def jpeg_stays(self) -> bool:
        """Whether a JPEG may become a JPEG on this machine, exactly or with leave to be inexact."""
        return self.allow_inexact or can_carry_luma()

    def refuse_depth(self, scan: Scan | Head, kind: str) -> None:
        """Refuse to drop bits that the format does not hold, unless that is allowed.

        Args:
            scan: What is saved.
            kind: The name of the format.

        Raises:
            OutputError: It would lose bits.
        """
        if scan.depth == 16 and kind not in _SIXTEEN_BITS and not self.drop_depth:
            raise OutputError(
                f"{scan.source_name} has 16 bits a sample and {kind.upper()} holds 8;"
                " save it as PNG or TIFF, or allow drop_depth (--drop-depth)"
            )

    def refuse_losses(self, scan: Scan, kind: str) -> None:
        """Refuse to drop depth or transparency that the format does not hold, unless that is allowed.

        Raises:
            OutputError: It would lose one of them.
        """
        self.refuse_depth(scan, kind)
        if kind not in _ALPHA and not self.drop_alpha and scan.alpha is not None:
            raise OutputError(
                f"{scan.source_name} has transparency and {kind.upper()} holds none;"
                " save it as PNG, TIFF or WebP, or allow drop_alpha (--drop-alpha)"
            )
