"""Who works at the company (RULES §1): the roles, as use cases name who may."""

from enum import StrEnum


class Role(StrEnum):
    """A role; a person has one."""

    STORE = "store"
    """门店: sees its own contracts only."""
    CS_SPECIALIST = "cs_specialist"
    """客服专员."""
    CS_SUPERVISOR = "cs_supervisor"
    """客服主管."""
    INSTALL_ASSISTANT = "install_assistant"
    """安装助理."""
    INSTALL_SUPERVISOR = "install_supervisor"
    """安装主管."""
    CREW_LEADER = "crew_leader"
    """送货组长: leads one crew."""
    CREW = "crew"
    """驾驶员, 搬运工."""
    TECHNICIAN = "technician"
    """售服专员."""
    WAREHOUSE = "warehouse"
    """仓管."""
    QC = "qc"
    """质检."""
    ACCOUNTANT = "accountant"
    """财务."""
    PROCUREMENT = "procurement"
    """采购."""
    MANAGER = "manager"
    """经理."""


DECIDE_ABOUT_MONEY = frozenset({Role.ACCOUNTANT, Role.CS_SUPERVISOR, Role.MANAGER})
"""Those who refund, write off and see the books: they sign in with a second factor, for a working day at most (C18)."""
