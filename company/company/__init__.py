"""What all services share of the company, pure: its numbers, calendar, people, crews of a day, and who sees what."""
