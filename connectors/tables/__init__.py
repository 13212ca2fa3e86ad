"""Tables that banks and pay channels export: text, workbook or fixed width, described by TOML.

A layout is one file below `counterparties/layouts/`; a bank or channel is added without a line of
code. What is read is proved by its own totals, by a second reading, and by its unit.
"""
