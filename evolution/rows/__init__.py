"""Genomes as rows of numbers, which compiled search draws, varies and writes out; a node object is made for none."""
