"""Zoufang's server: a request comes in at api and leaves through feed; docs/map.md shows the rooms."""
