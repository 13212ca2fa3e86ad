"""The way to Temporal, and what every room asks for: settings, clock, calendar, counterparties."""
