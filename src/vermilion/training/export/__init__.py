"""A trained generator as a model folder: graphs, their 8-bit forms, heads and the card."""
