"""What each part of a strategy's report says, as plain values: computed without the page, shown without computing."""
