"""TIFF files: pages, metadata, what is refused, and what is unpacked where libvips cannot."""
