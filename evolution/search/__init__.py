"""Genetic programming on DEAP; the only package that imports it."""
