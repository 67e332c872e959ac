"""Made worlds put to the proof: whether those that promise nothing hold nothing, and what the planted ones hold."""
