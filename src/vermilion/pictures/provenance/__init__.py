"""Provenance of colours: writes and reads marks in XMP and signed manifests."""
