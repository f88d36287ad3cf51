"""The command line: ``python -m autograd_lite demo`` and ``python -m autograd_lite derive "sin(x)" --at x=1``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(
        prog="python -m autograd_lite", description="Automatic differentiation as a graph one can look at."
    )
    root.add_argument("--no-color", action="store_true", help="plain text (also: the environment variable NO_COLOR)")
    commands = root.add_subparsers(dest="command", required=True)

    demo = commands.add_parser("demo", help="differentiate the worked example, then train a network on real data")
    demo.add_argument("--out", default=".", metavar="FOLDER", help="where the pictures go (default: here)")
    demo.add_argument("--epochs", type=int, default=None, help="epochs of training")

    derive = commands.add_parser("derive", help="differentiate an expression both ways and show every step")
    derive.add_argument("expression", help='for example "sqrt(x**2 + exp(x**2))"')
    derive.add_argument(
        "--at", action="append", nargs="+", default=[], metavar="x=1", help="the values of the variables"
    )
    derive.add_argument("--svg", metavar="FILE", help="also draw the graph to this file (.svg, .png, .gv)")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 if derivatives disagree, 2 for input that is not understood."""
    from . import commands

    options = parser().parse_args(arguments)
    terminal = commands.Terminal(sys.stdout, color=False if options.no_color else None)
    try:
        if options.command == "demo":
            return commands.demo(terminal, options.out, options.epochs)
        at = [pair for group in options.at for pair in group]
        return commands.derive(terminal, options.expression, at, options.svg)
    except (commands.UsageError, ModuleNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
