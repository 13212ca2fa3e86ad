"""What people and other programs reach over HTTP: REST, staff pages, webhooks, the codec server.

It reads the store, writes decisions and wakes lives; it never touches a counterparty.
"""
