"""Write the shipped label embeddings again: ``python -m engine.semantics [--encoder E] [--style S]``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import torch

from engine import vocabulary
from engine.semantics.encoders import ENCODERS, MINILM, text_encoder
from engine.semantics.labels import SHIPPED_STYLE, LabelEmbeddings, shipped_path, write
from engine.semantics.prompts import STYLES, term_prompts


def main(arguments: Sequence[str] | None = None) -> None:
    """Embed all labels of the vocabulary and store them in ``resources/labels``."""
    parser = argparse.ArgumentParser(prog="python -m engine.semantics", description=main.__doc__)
    parser.add_argument("--encoder", choices=tuple(ENCODERS), default=MINILM)
    parser.add_argument("--style", choices=STYLES, default=SHIPPED_STYLE)
    parser.add_argument("--folder", default="", help="folder of the language model, when in no cache")
    chosen = parser.parse_args(arguments)
    model = text_encoder(chosen.encoder, chosen.folder)
    terms = vocabulary.terms()
    vectors = torch.stack([model.embed_label(term_prompts(term, chosen.style)) for term in terms])
    names = tuple(term.name for term in terms)
    write(shipped_path(chosen.encoder), LabelEmbeddings(chosen.encoder, chosen.style, names, vectors))
    print(f"{len(names)} labels, {vectors.shape[1]} features: {shipped_path(chosen.encoder)}")


if __name__ == "__main__":
    main()
