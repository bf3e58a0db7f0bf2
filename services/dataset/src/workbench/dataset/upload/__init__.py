"""How an upload is read: from an archive or a folder to entries that are safe to open, as a person meant them."""
