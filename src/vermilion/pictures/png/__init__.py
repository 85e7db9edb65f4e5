"""PNG files: chunks, and the pictures of animated ones."""
