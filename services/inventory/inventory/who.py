"""Who does what in the warehouse (RULES §1, C18)."""

KEEPER = frozenset({"warehouse"})
QC = frozenset({"qc"})
HANDLES = KEEPER | QC
ACCOUNTANT = frozenset({"accountant"})
MANAGER = frozenset({"manager"})
ACCOUNTS = ACCOUNTANT | MANAGER
INSTALL_SUPERVISOR = frozenset({"install_supervisor"})
SETTLES = INSTALL_SUPERVISOR | ACCOUNTS
APPROVES_LOANS = INSTALL_SUPERVISOR | MANAGER
ASKS_LOANS = KEEPER | INSTALL_SUPERVISOR | {"technician", "cs_specialist", "cs_supervisor"}
APPLIES = HANDLES | INSTALL_SUPERVISOR
MAKES_LISTS = INSTALL_SUPERVISOR | MANAGER | {"cs_supervisor"}
ALLOCATES = KEEPER | INSTALL_SUPERVISOR | {"install_assistant"}
REPORTS_DAMAGE = KEEPER | {"crew_leader", "technician"}
COUNTS = KEEPER | ACCOUNTS
READS_COUNTS = COUNTS | QC | INSTALL_SUPERVISOR | {"procurement"}
READS_LISTS = HANDLES | MANAGER | {"install_assistant", "install_supervisor", "cs_specialist"}
READS_GOODS = READS_LISTS | ACCOUNTANT | {"cs_supervisor", "procurement"}
READS_STOCK = READS_GOODS | {"technician"}
"""Technicians look for parts (C7). No customer data is in it."""
READS_MONEY_LISTS = KEEPER | SETTLES | {"procurement"}
