"""The portal of payer C: ASP.NET WebForms of 2004, in frames and in GB18030, for people only."""
