"""Lets the tests of the dashboards share their story: events told, rows folded."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
