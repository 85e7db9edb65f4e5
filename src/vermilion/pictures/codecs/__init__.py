"""The libraries that decode and encode, each loaded when it is needed and held to what it may decode."""
