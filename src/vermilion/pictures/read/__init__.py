"""Makes a scan of a file, an array or an image: one reader for each format, chosen by the first bytes."""
