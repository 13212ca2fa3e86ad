"""Pay channels by configuration: one interface, several message families, no code per channel."""
