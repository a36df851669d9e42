"""Who does what with contracts (RULES §1, C18). Crews and technicians see their own stops and tickets instead."""

STORE = frozenset({"store"})
OFFICE = frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"})
CARES = OFFICE | STORE
REGISTERS = frozenset({"cs_specialist", "store"})
AMENDS = CARES - {"install_assistant"}
ACCOUNTS = frozenset({"accountant"})
REFUNDS = frozenset({"accountant", "cs_supervisor", "manager"})
IMPORTS = OFFICE - {"cs_supervisor"}
READS = CARES | {"warehouse", "qc", "accountant", "procurement", "manager"}
