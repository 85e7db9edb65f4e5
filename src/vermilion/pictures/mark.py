"""The facts that a result tells of its colours; `provenance.py` puts them into words."""

from dataclasses import dataclass

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for a picture of which a trained network made a part: here the colours."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a result tells of its colours.

    Attributes:
        version: of vermilion.
        model: name and version of the model.
        model_hash: SHA-256 of the model, in hexadecimal.
        recipe_hash: SHA-256 of the recipe, in hexadecimal.
        options_hash: SHA-256 of what was asked for, whichever the picture; empty if that is not known.
    """

    version: str
    model: str
    model_hash: str
    recipe_hash: str
    options_hash: str = ""
