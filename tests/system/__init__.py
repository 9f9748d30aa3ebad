"""The running whole: start, stop, kill, back up, command line."""
