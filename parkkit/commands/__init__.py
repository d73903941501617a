"""What the commands of the command line do, those that are long each in a module of its own."""
