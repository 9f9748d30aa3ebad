"""`python -m server.cli` is the `zoufang` command."""

from server.cli.main import main

main()
