"""``python -m modbot``: the same command line as ``modbot``. May import ``cli`` only."""

from modbot.cli import main

if __name__ == "__main__":
    main(prog_name="modbot")
