"""Places into which somebody else puts files for us: a folder, a mailbox, an SFTP server.

Nothing here is ever changed, moved or deleted there; what was taken is remembered by our own store.
"""
