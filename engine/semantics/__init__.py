"""Labels as vectors: which text stands for a label, and what a language model makes of it.

Models compare only what one encoder embedded; `engine.semantics.labels` refuses to mix them.
"""
