"""`python -m syndicate.cli`: the same as the `syndicate` command, for the supervisor's children."""

from syndicate.cli import main

main()
