"""Dashboards 看板: read models over several streams, and the pages people work at."""
