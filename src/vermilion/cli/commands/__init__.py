"""One module for each command: its options, the calls, and what it prints."""
