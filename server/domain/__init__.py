"""Study: pure rules; values in, values out."""
