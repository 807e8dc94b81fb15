"""What is kept on this machine: the database, settings, window state, secrets."""
