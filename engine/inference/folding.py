"""Batch norms folded into the convolutions before them: the same function with fewer passes over memory.

At inference a batch norm is an affine map by channel, which a convolution can do along (Jacob et al. 2018,
section 3.2). `torch.fx` finds the pairs; a network that it cannot trace is left as it is.
"""

from __future__ import annotations

from torch import nn
from torch.fx.experimental.optimization import fuse
from torch.fx.proxy import TraceError

from engine.models.backbones import Backbone


def fold(encoder: Backbone) -> None:
    """Fold an encoder that will only be asked, in place; it can be neither trained nor saved afterwards."""
    encoder.eval()
    if not any(isinstance(part, nn.BatchNorm2d) for part in encoder.body.modules()):
        return
    try:
        encoder.body = fuse(encoder.body)
    except TraceError:  # its control flow depends on what it is shown
        return
