"""Staff assessment 考核."""
