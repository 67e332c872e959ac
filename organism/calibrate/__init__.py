"""The foundry measured on itself: how often it graduates nothing-at-all, and how often it finds what is there."""
