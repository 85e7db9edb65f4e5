"""Where the colours of a picture come from: marks in XMP and signed manifests, written and read."""
