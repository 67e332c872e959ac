"""Reports as documents, for Markdown: the same figures as on the pages, in tables and sentences."""
