"""What bin/serve, bin/test and bin/shot share. Python's standard library only: it runs before anything is installed."""
