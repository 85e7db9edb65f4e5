"""JPEG files: segments, strict decoding, coefficients carried over, metadata."""
