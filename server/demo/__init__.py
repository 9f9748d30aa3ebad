"""The demo township 云台镇."""
