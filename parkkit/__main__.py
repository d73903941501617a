"""Run the command line as ``python -m parkkit``."""

from parkkit.cli import main

if __name__ == "__main__":
    main()
