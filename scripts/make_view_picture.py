"""Make docs/images/view.jpg: a scan in its film gate, its colours as a whole, and with the gate seen as one.

python scripts/make_view_picture.py
"""

from pathlib import Path

import cv2
import numpy as np

from vermilion import Colorizer

ROOT = Path(__file__).resolve().parent.parent
HEIGHT = 420  # pixels


def main() -> None:
    """Write the picture."""
    colorizer = Colorizer()
    scan = ROOT / "examples" / "photographer_on_car_1936.jpg"
    whole, found = (colorizer.colorize(scan, view=view).preview(HEIGHT) for view in ("whole", "auto"))
    grey = np.repeat(cv2.cvtColor(whole, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    row = np.concatenate([grey, whole, found], axis=1)[..., ::-1]
    cv2.imwrite(str(ROOT / "docs" / "images" / "view.jpg"), row, [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
