"""What a file's codes mean: ICC profiles and PNG chunks read, and chroma converted for the result."""
