"""合同 Contract, the aggregate of the order service: a file a topic. Rules are pure functions over frozen values."""
