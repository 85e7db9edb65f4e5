"""Make the strip of the guide to films: five of its frames as they are, and below in colour.

Run it as: python scripts/make_film_picture.py FILM docs/images/film_newsroom_1940.jpg
"""

import sys
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np

from vermilion.film import EncodeOptions, FilmOptions, VideoColorizer

_FRAMES, _SIZE = 5, (240, 180)  # width and height of each
_QUALITY = 88


def main() -> None:
    """Colour a film, and write the strip."""
    film, target = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        result = VideoColorizer().colorize(
            film, Path(folder) / "film.mkv", FilmOptions(EncodeOptions(crf=8), recolor=True)
        )
        rows = [_row(film, "gray", result.frames), _row(result.path, "bgr24", result.frames)]
    _, content = cv2.imencode(".jpg", np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    target.write_bytes(content.tobytes())


def _row(film: Path, form: str, count: int) -> np.ndarray:
    """Return frames of a film, evenly spaced, side by side."""
    wanted = {round((place + 0.5) * count / _FRAMES) for place in range(_FRAMES)}
    with av.open(str(film)) as opened:
        frames = [
            cv2.resize(frame.to_ndarray(format=form), _SIZE, interpolation=cv2.INTER_AREA)
            for number, frame in enumerate(opened.decode(video=0))
            if number in wanted
        ]
    row = np.hstack(frames)
    return row if row.ndim == 3 else np.dstack([row] * 3)


if __name__ == "__main__":
    main()
