"""Who works at the desk and for it (RULES §1): the groups of roles that use cases name."""

from company.roles import Role

OFFICE = frozenset({Role.CS_SPECIALIST, Role.CS_SUPERVISOR})
SUPERVISORS = frozenset({Role.INSTALL_SUPERVISOR, Role.CS_SUPERVISOR})
"""主管 (C9): who may place a leftover order for the designer, and who signs."""
MANAGER = frozenset({Role.MANAGER})
HEADS = MANAGER | {Role.CS_SUPERVISOR}
"""Who heads the desk."""
OPENS = OFFICE | MANAGER | {Role.STORE}
NOTES_GOODS = OFFICE | {Role.WAREHOUSE, Role.INSTALL_ASSISTANT}
AT_THE_CUSTOMERS = OFFICE | {Role.TECHNICIAN}
WORKS = AT_THE_CUSTOMERS | {Role.INSTALL_SUPERVISOR}
READS = WORKS | MANAGER | {Role.STORE, Role.INSTALL_ASSISTANT, Role.WAREHOUSE, Role.PROCUREMENT}
PLANS = OFFICE | SUPERVISORS | MANAGER
HEARS_OF_CONDUCT = OFFICE | MANAGER
"""C15, C18: a complaint about one of us is not for all eyes."""
