"""One long market of a coin from several venues, by a recipe that says which venue when."""
