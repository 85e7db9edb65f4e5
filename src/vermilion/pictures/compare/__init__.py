"""A scan and its result compared: what had to stay as it was, and each difference in one sentence."""

from vermilion.pictures.compare.difference import Difference
from vermilion.pictures.compare.pair import CHECKS, Comparison, compare

__all__ = ["CHECKS", "Comparison", "Difference", "compare"]
