"""The members' packages come first.

A folder of this workspace has the name of the package in it (`contracts/contracts`). Imported here, before the first
test, the package is what `import contracts` means; pytest would otherwise take the folder for it.
"""

import contracts  # noqa: F401
import dashboards  # noqa: F401
import runtime  # noqa: F401
import songda  # noqa: F401
