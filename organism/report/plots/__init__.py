"""Pictures of a report: from the values of a chapter to a figure; nothing is computed here."""
