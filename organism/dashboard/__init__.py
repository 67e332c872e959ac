"""The window in a terminal: runs, lineages, strategies, registry. The only import of Textual."""
