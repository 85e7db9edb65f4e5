"""The open pictures: their facts, which survive a crash; nothing about HTTP."""
