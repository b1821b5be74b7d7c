"""Checks of a deployed server from outside, as `manage.py smoke` makes them."""
