"""Portals and documents: the way to counterparties that have no API."""
