"""Small scenes with structure to find and colours to take, and versions: warped, cut, mirrored."""

import cv2
import numpy as np

SIZE = (240, 320)


def made_scene(seed=0, size=SIZE):
    """A colour picture [H,W,3]: blots of many sizes, each of a grey of its own, in four fields of colour."""
    chance = np.random.default_rng(seed)
    height, width = size
    luma = np.zeros(size, np.float32)
    for scale in (4, 8, 16, 40):
        small = chance.normal(size=(height // scale + 2, width // scale + 2)).astype(np.float32)
        luma += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * (0.5 + scale / 40)
    luma = cv2.GaussianBlur(luma, (0, 0), 0.8)
    luma = 128 + 38 * (luma - luma.mean()) / luma.std()
    right, low = np.mgrid[:height, :width][1] > width / 2, np.mgrid[:height, :width][0] > height / 2
    steps = np.array([[30, -10, -25], [-25, 5, 30], [-20, 15, -30], [25, -18, 20]], np.float32)
    rgb = luma[..., None] + steps[right * 2 + low]
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def warped(rgb, *, scale=1.3, turn=2.0, shift=(-14, -9), size=None, bend=3.0):
    """A version: enlarged, turned, cut at the left and above, and bent by a few pixels."""
    height, width = size or (round(rgb.shape[0] * scale), round(rgb.shape[1] * scale))
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    angle = np.deg2rad(turn)
    x, y = (columns - width / 2) / scale, (rows - height / 2) / scale
    there_x = np.cos(angle) * x - np.sin(angle) * y + rgb.shape[1] / 2 - shift[0]
    there_y = np.sin(angle) * x + np.cos(angle) * y + rgb.shape[0] / 2 - shift[1]
    there_x += bend * np.sin(rows / 50)
    there_y += bend * np.cos(columns / 60)
    places = (there_x.astype(np.float32), there_y.astype(np.float32))
    return np.asarray(cv2.remap(rgb, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)
