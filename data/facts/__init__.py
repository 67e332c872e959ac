"""What is known of a venue's coins, and since when: lot, leverage, margin, listing, delisting."""
