"""The command line: parses, calls, prints. Heavy packages are imported by the command that needs them."""


def main() -> None:
    """Run the `vermilion` command with the arguments of this process."""
    from vermilion.cli.app import app

    app(prog_name="vermilion")


__all__ = ["main"]
