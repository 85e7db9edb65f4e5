"""Tells real colour from toning, and finds prints on a coloured background. Arrays only."""
