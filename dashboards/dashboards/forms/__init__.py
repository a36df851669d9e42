"""Printed forms 表单."""
