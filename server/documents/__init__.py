"""The printing room: data in, PDF bytes out."""
