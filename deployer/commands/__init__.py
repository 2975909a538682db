"""One file for each command; its function has the file's name."""
