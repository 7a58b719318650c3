"""The demo: OAuth 2.0 from end to end, through every client flavour (`python -m tools.demo`)."""
