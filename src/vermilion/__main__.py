"""Lets `python -m vermilion` do what the `vermilion` command does."""

from vermilion.cli import main

if __name__ == "__main__":
    main()
