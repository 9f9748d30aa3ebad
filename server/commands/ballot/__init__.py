"""Use cases of a ballot: hand in, post, open the box, count."""
