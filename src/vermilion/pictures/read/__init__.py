"""From a file, an array or an image to a scan: one reader a format, chosen by the first bytes."""
