"""Service desk 工单."""
