"""Figures: each module measures one thing and says its limit; `make bench` prints them side by side."""
