"""The open pictures: what is known of each, kept through a crash; nothing of HTTP."""
