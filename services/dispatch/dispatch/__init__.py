"""Dispatch 调度: jobs, day plans, crews and their runs."""
