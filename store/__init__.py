"""What the project remembers: tables, the only functions that touch them, and their migrations.

Every function takes the `Session` of a running transaction first, and none commits.
"""
