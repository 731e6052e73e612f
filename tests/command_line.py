"""The command line as tests call it."""

from benchmarks.cli import main


def dplbench(*arguments: object) -> int:
    """Runs a command in this process; returns its exit code."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as left:
        return int(left.code or 0)
    return 0
