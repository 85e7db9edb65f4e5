"""Encoder, decoder and discriminator, frozen classifiers, and their files of weights."""
