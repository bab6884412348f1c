"""What stands behind the command line, on the machine of whoever types it. No function carries it."""
