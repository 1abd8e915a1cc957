"""The Lynceus engine: image reading, the case store, four systems that learn. It never imports Qt."""

__version__ = "0.1.0"
