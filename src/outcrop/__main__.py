"""`python -m outcrop`, the same as the command `outcrop`."""

from outcrop.cli import main

if __name__ == "__main__":
    main()
