"""Benchmarks: `python -m benchmarks --help` tells how to run them."""
