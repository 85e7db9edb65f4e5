"""The libraries that decode and encode, each loaded when needed and limited to a list of decoders."""
