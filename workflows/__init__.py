"""The lives: durable workflows that read like the story of an order. Start at order_to_cash.py."""
