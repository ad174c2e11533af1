"""What comes from the centres: sources are pulled, mapped, checked and stored.

A pull = gather → fetch → map → validate → store → checkpoint (`adapters.sync`). Mappings are data
(`adapters/feeds/*.yaml`), a centre is a file (`sources/<code>.yaml`), and SQL lives in
`adapters.store` only. The database is reached through `resolvers.database`.
"""
