"""A finished picture: the scan and its colours, shown, joined and written when asked for."""

from vermilion.picture.picture import Picture
from vermilion.picture.preview import Previews, Region

__all__ = ["Picture", "Previews", "Region"]
