"""The pages of payer B, as an insurance office had them built fifteen years ago: tables, forms and
a session cookie. What the pages do wrong on purpose is said in the module that does it."""
