"""Compares a result with its scan: what had to stay, and each difference in one sentence."""

from vermilion.pictures.compare.difference import Difference
from vermilion.pictures.compare.pair import CHECKS, Comparison, compare

__all__ = ["CHECKS", "Comparison", "Difference", "compare"]
