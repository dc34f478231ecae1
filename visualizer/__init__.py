"""The stepping debugger around the engine: a session without Qt, the window that shows it, and the command line."""
