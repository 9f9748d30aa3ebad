"""The zoufang command."""
