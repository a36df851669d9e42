"""The members' packages come first.

A folder of this workspace has the name of the package in it (`contracts/contracts`). Imported here, before the first
test, the package is what `import contracts` means; pytest would otherwise take the folder for it.

A property test has no deadline by the clock: how fast this machine is says nothing about a rule.
"""

from hypothesis import settings

import contracts  # noqa: F401
import dashboards  # noqa: F401
import runtime  # noqa: F401
import songda  # noqa: F401

settings.register_profile("songda", deadline=None)
settings.load_profile("songda")
