"""Service desk 售后: tickets, visits, leftover orders, acceptance."""
