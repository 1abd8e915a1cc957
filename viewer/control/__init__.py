"""What the commands do: one workflow a file, between the window's widgets and the jobs."""
