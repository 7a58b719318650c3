"""What is promised about the packages themselves."""
