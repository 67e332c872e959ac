"""Genetic programming in DEAP's words, by operators, sorting and selection of our own; nothing else imports DEAP."""
