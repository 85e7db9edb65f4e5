"""Settings of a training, read from TOML and checked."""
