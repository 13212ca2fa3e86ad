"""PDF remittances and bank statements in, Word claim dossiers out.

Nothing read here may be booked before it is `Proved`: a document that does not add up, or that two
readers read differently, is `Refused` with every problem found, and goes to a person.
"""
