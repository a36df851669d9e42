"""The circumstances of a command, under the company's policy."""

from company.policy import Policy
from runtime import decision

Context = decision.Context[Policy]
"""When it is, who asks in which role, and the numbers in force."""
