"""Processors, cards and processes: sharing, recorded steps, optimisers and throughput."""
