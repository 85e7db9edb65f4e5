"""Prints photographed on a coloured background: found, refused with a hint, or taken alone."""
