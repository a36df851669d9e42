"""Who may come in: sessions, accounts, second factors, a provider of identities; and the record of it."""
