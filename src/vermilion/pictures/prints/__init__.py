"""Real colour told from toning, and prints photographed on a coloured background found. Arrays only."""
