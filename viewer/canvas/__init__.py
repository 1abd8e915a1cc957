"""The drawing surface: composes the picture at view resolution and turns the pointer into tool events."""
