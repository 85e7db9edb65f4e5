"""One module a command: its options, the calls, and what it prints."""
