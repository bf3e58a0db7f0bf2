"""The entries of an upload as a person meant them; how they are read is `workbench.archives`."""
