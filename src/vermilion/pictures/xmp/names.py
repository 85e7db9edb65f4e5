"""Names in XMP that are looked at, and which of them no longer hold for a picture in colour."""

from collections.abc import Iterable

# The namespaces whose properties are looked at, by the prefixes that we write. Ours is named by a
# UUID (RFC 9562), which needs no domain that somebody would have to keep.
NAMESPACES = {
    "Container": "http://ns.google.com/photos/1.0/container/",
    "DynamicDepth": "http://ns.google.com/photos/dd/1.0/device/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "apdi": "http://ns.apple.com/pixeldatainfo/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "vermilion": "urn:uuid:18d0fa49-dc60-4ebe-bbd5-df925f4115fa#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
}
EXTENSION_NOTE = "xmpNote:HasExtendedXMP"
INSTANCE = "xmpMM:InstanceID"

# Whole namespaces that speak of pictures or films behind the main one, which no result carries.
_OF_OTHER_PICTURES = ("Container:", "DynamicDepth:", "HDRGainMap:", "apdi:", "hdrgm:")
_MOTION = ("GCamera:MotionPhoto", "GCamera:MicroVideo")
_OF_THE_SCANS_FILE = frozenset(
    {
        INSTANCE,  # names one file, the scan's
        "crs:ConvertToGrayscale",  # raw converters would make the result grey again
        "photoshop:ColorMode",  # grey
        "photoshop:ICCProfile",  # a grey one has been replaced
        "tiff:BitsPerSample",
        "tiff:Compression",
        "tiff:PhotometricInterpretation",
        "tiff:PlanarConfiguration",
        "tiff:SamplesPerPixel",
        "tiff:YCbCrPositioning",
        "tiff:YCbCrSubSampling",
        "xmp:Thumbnails",  # grey ones
    }
)


def outdated(names: Iterable[str]) -> frozenset[str]:
    """The properties ("prefix:Name") that hold for the scan's file and not for a result in colour."""
    return frozenset(
        name
        for name in names
        if name in _OF_THE_SCANS_FILE or name.startswith(_OF_OTHER_PICTURES) or name.startswith(_MOTION)
    )
