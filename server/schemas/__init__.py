"""Customs: JSON and files become typed values or a list of errors."""
