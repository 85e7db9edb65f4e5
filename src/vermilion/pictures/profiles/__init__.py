"""What a file's codes mean: reads ICC profiles and PNG chunks, and converts chroma for the result."""
