"""`python -m songda`."""

from songda.main import main

if __name__ == "__main__":  # a worker process that solves a plan loads this module under another name
    main()
