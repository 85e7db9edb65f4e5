"""The figures in words, for the page and the command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from vermilion.evaluation.figures import SetFigures
from vermilion.evaluation.result import Evaluation


@dataclass(frozen=True, slots=True)
class FigureWords:
    """A figure, how it is written, and what it means in a few words."""

    name: str
    format: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of figures; texts are empty where there is no figure."""

    name: str
    ours: str
    interval: str
    theirs: str
    meaning: str


FIGURES = (
    FigureWords("ab_err", ".2f", "mean distance of colours; 0 is the truth, {grey} a grey picture"),
    FigureWords("corr", ".3f", "colours in the right places, whatever their strength; 1 is the truth"),
    FigureWords("corr_c", ".3f", "the same without the cast of the whole picture; 1 is the truth"),
    FigureWords("cf_ratio", ".3f", "colourfulness over the truth's; 1 is the truth"),
    FigureWords("cmd", ".1f", "distance of palettes, wherever the colours are; 0 is the truth"),
    FigureWords("ciede2000", ".2f", "mean CIEDE2000 difference; 0 is the truth"),
    FigureWords("psnr", ".2f", "dB; higher is nearer"),
    FigureWords("ssim", ".4f", "structural similarity; 1 is the truth"),
    FigureWords("fd", ".2f", "Fréchet distance of {extractor} features; 0 is the truth"),
    FigureWords("kmd", ".2f", "kernel distance of {extractor} features x 1000; 0 is the truth"),
    FigureWords("fid", ".2f", "Fréchet distance of Inception features; 0 is the truth"),
)


def figure_rows(found: Evaluation) -> Iterator[Row]:
    """The table of figures, line by line; those that were not measured are left out."""
    grey = format(found.ours.means.ab_err_grey, ".2f")
    for words in FIGURES:
        if found.ours.value(words.name) is None:
            continue
        low_high = found.ours.intervals.get(words.name)
        yield Row(
            name=words.name,
            ours=_in_words(found.ours, words),
            interval="" if low_high is None else " to ".join(format(end, words.format) for end in low_high),
            theirs="" if found.theirs is None else _in_words(found.theirs, words),
            meaning=words.meaning.format(grey=grey, extractor=found.about.extractor),
        )


def _in_words(figures: SetFigures, words: FigureWords) -> str:
    value = figures.value(words.name)
    return "" if value is None else format(value, words.format)
