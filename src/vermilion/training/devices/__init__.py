"""Processors, cards and processes: how they are shared, recorded on, stepped on and measured."""
