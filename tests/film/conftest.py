import pytest

from tests.film.clips import frame_at, write_clip


@pytest.fixture(scope="session")
def video_colorizer(tiny_model):
    from vermilion.film import VideoColorizer

    return VideoColorizer(tiny_model)


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """Two shots of a second, with sound, an attachment, chapters and metadata; lossless, 8 bits."""
    from fractions import Fraction

    frames = [frame_at(number) for number in range(24)] + [frame_at(number, seed=5) for number in range(24)]
    chapters = [
        {"id": 1, "start": 0, "end": 1000, "time_base": Fraction(1, 1000), "metadata": {"title": "one"}},
        {"id": 2, "start": 1000, "end": 2000, "time_base": Fraction(1, 1000), "metadata": {"title": "two"}},
    ]
    return write_clip(
        tmp_path_factory.mktemp("clip") / "clip.mkv",
        frames,
        audio=True,
        attachment=b"hello",
        metadata={"title": "A test"},
        chapters=chapters,
    )
