"""Benchmarks: `python -m benchmarks --help` says how to run them."""
