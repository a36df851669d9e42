"""`python -m songda`."""

from songda.main import main

main()
