"""What outlives the process: files in the data directory, secrets among them sealed."""
