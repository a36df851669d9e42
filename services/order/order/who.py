"""Who does what with contracts (RULES §1, C18). Crews and technicians see their own stops and tickets instead."""

from company.roles import Role

STORE = frozenset({Role.STORE})
OFFICE = frozenset({Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.INSTALL_ASSISTANT, Role.INSTALL_SUPERVISOR})
CARES = OFFICE | STORE
REGISTERS = frozenset({Role.CS_SPECIALIST, Role.STORE})
AMENDS = CARES - {Role.INSTALL_ASSISTANT}
ACCOUNTS = frozenset({Role.ACCOUNTANT})
REFUNDS = frozenset({Role.ACCOUNTANT, Role.CS_SUPERVISOR, Role.MANAGER})
PRODUCTS = frozenset({Role.PROCUREMENT, Role.MANAGER, Role.CS_SPECIALIST, Role.INSTALL_SUPERVISOR})
IMPORTS = OFFICE - {Role.CS_SUPERVISOR}
READS = CARES | {Role.WAREHOUSE, Role.QC, Role.ACCOUNTANT, Role.PROCUREMENT, Role.MANAGER}
