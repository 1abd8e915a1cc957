"""The Lynceus window: what a reviewer sees and does. Models run in a worker process, never here."""
