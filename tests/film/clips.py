"""Tiny films, made on the spot: a textured background, a disc that moves, and whatever else a test needs."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

SIZE = (72, 128)  # height and width


def background(seed: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Smooth texture, uint8 [h,w] of 40 to 200."""
    noise = np.random.default_rng(seed).random((9, 16)).astype(np.float32)
    return (40 + 160 * np.clip(cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC), 0, 1)).astype(
        np.uint8
    )


def frame_at(number: int, seed: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
    """One frame of a shot: the texture, with a disc that moves by 2 pixels a frame."""
    frame = background(seed, size).copy()
    cv2.circle(frame, (20 + 2 * number % (size[1] - 30), size[0] // 2), 10, 230, -1)
    return frame


def write_clip(
    path, frames, pix_fmt="yuv420p", codec="ffv1", rate=24, pts=None, setup=None, fill=None, **streams
):
    """Write luma frames as a film; ``fill`` changes chroma planes, ``setup`` gets the stream.

    Args:
        streams: audio=True adds a sine, attachment=bytes a file; metadata, chapters.
    """
    deep = pix_fmt.endswith("10le")
    options = {"crf": "10", "preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(str(path), "w", metadata_errors="replace") as file:
        video = file.add_stream(codec, rate=rate, options=options)
        height, width = frames[0].shape
        video.height, video.width, video.pix_fmt = height, width, pix_fmt
        base = Fraction(1, 1000) if pts else 1 / Fraction(rate)
        video.codec_context.time_base = base
        if setup:
            setup(video)
        sound = file.add_stream("flac", rate=8000, layout="mono") if streams.get("audio") else None
        if streams.get("attachment"):
            file.add_attachment("note.txt", "text/plain", streams["attachment"])
        file.metadata.update(streams.get("metadata", {}))
        if streams.get("chapters"):
            file.set_chapters(streams["chapters"])
        for number, luma in enumerate(frames):
            frame = VideoFrame(width, height, pix_fmt)
            planes = [luma.astype(np.uint16) * 4 + (number % 4) if deep else luma]
            for plane in frame.planes[1:]:
                planes.append(np.full((plane.height, plane.width), 512 if deep else 128, planes[0].dtype))
            if fill:
                planes[1:] = fill(planes[1:])
            for plane, values in zip(frame.planes, planes, strict=True):
                kind = np.uint16 if deep else np.uint8
                line = np.frombuffer(memoryview(plane), kind).reshape(
                    -1, plane.line_size // np.dtype(kind).itemsize
                )
                line[: plane.height, : plane.width] = values
            frame.pts, frame.time_base = (pts[number] if pts else number), base
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        if sound is not None:
            _write_sound(file, sound, len(frames) / rate)
    return path


def _write_sound(file, sound, seconds):
    samples = (8000 * np.sin(np.arange(int(8000 * seconds)) / 5)).astype(np.int16)[None]
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
    file.mux(sound.encode(frame))
    file.mux(sound.encode(None))


def lumas(path):
    """All frames' luma, [n,H,W]."""
    with av.open(str(path)) as film:
        found = []
        for frame in film.decode(video=0):
            deep = "10" in frame.format.name
            plane = frame.planes[0]
            kind = np.uint16 if deep else np.uint8
            line = np.frombuffer(memoryview(plane), kind).reshape(
                -1, plane.line_size // np.dtype(kind).itemsize
            )
            found.append(line[: frame.height, : frame.width].copy())
        return np.stack(found)


def packets(path, kind):
    """The bytes and times in seconds of all packets of the first stream of a kind."""
    with av.open(str(path)) as film:
        stream = getattr(film.streams, kind)[0]
        return [
            (bytes(packet), round(float(packet.pts * packet.time_base), 4))
            for packet in film.demux(stream)
            if packet.pts is not None
        ]
