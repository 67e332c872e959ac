"""A strategy among its neighbours: every constant moved, every coin, dearer trading; in sample only."""
