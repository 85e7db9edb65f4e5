"""Readers of formats that are rare among photographs; each is imported when a file needs it."""
