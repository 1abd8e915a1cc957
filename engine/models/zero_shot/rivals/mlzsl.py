"""MLZSL: beliefs of labels propagated over a graph of labels (Lee et al., CVPR 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.losses.logistic import logistic_loss
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.rivals.rival import Rival, known_or_all


class Mlzsl(Rival):
    """A gated graph network whose nodes are labels.

    Each label's belief starts from image and text, ``h_v = F_I(x, w_v)``; T times it hears from its
    neighbours, ``u_v = tanh(Σ_k Σ_{u ∈ N_k(v)} F_R^k(w_v, w_u) h_u)``, and a gated recurrent unit updates
    it; the label's probability is ``σ(F_O(h_v))`` (its section 3.2). Unseen labels are further nodes.

    The graph: the paper takes relations of WordNet; here they come from the text embeddings (ours): each
    label has its most similar ones as positive and its least similar ones as negative relations. The mean
    over neighbours instead of the sum keeps beliefs comparable when the label set grows (ours).

    Parameters
    ----------
    belief, hidden
        Sizes of h (5 in the paper) and of the hidden layer of F_I (ours).
    steps
        T = 5.
    neighbours
        Relations of either kind a label (ours).
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        belief: int = 5,
        hidden: int = 256,
        steps: int = 5,
        neighbours: int = 3,
    ) -> None:
        super().__init__(visual_size, seen)
        self.steps, self.neighbours, self.belief = steps, neighbours, belief
        self.from_image = nn.Linear(visual_size, hidden)
        self.from_text = nn.Linear(self.semantic_size, hidden, bias=False)
        self.start = nn.Linear(hidden, belief)
        self.relations = nn.ModuleList(_Relation(self.semantic_size, hidden, belief) for _ in range(2))
        self.update = nn.GRUCell(belief, belief)
        self.output = nn.Linear(belief, 1)

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """Log odds after the last step; the scores of a label depend on the others asked for with it."""
        return self._steps(features, embeddings)[-1]

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Binary cross-entropy over what is known, the mean over all steps (the paper weighs steps too)."""
        weight = known_or_all(targets, known)
        each = [logistic_loss(logits, targets, weight) for logits in self._steps(features, embeddings)]
        return {"loss": torch.stack(each).mean()}

    def _steps(self, features: Tensor, embeddings: Tensor) -> list[Tensor]:
        """Log odds ``[N, L]`` at the start and after every step."""
        self.check(features, embeddings)
        words = functional.normalize(embeddings.float(), dim=1)
        image, text = self.from_image(pooled(features)), self.from_text(words)
        both = functional.leaky_relu(
            image.unsqueeze(1) + text
        )  # leaky: units that die leave all labels equal
        beliefs = torch.tanh(self.start(both.float()))  # [N, L, belief]
        graphs = relation_graphs(words, self.neighbours)
        messages = [relation(words, graph) for relation, graph in zip(self.relations, graphs, strict=True)]
        matrix = torch.stack(messages).sum(0)  # [L, L, belief, belief]
        found = [self.output(beliefs).squeeze(2)]
        for _ in range(self.steps):
            heard = torch.tanh(torch.einsum("vuab,nub->nva", matrix, beliefs))
            beliefs = self.update(heard.flatten(0, 1), beliefs.flatten(0, 1)).view_as(beliefs)
            found.append(self.output(beliefs).squeeze(2))
        return [logits.float() for logits in found]


class _Relation(nn.Module):
    """F_R of one kind of relation: two texts to the matrix that carries a belief along their edge."""

    def __init__(self, semantic_size: int, hidden: int, belief: int) -> None:
        super().__init__()
        self.belief = belief
        self.target, self.source = (
            nn.Linear(semantic_size, hidden),
            nn.Linear(semantic_size, hidden, bias=False),
        )
        self.matrix = nn.Linear(hidden, belief * belief)

    def forward(self, words: Tensor, graph: Tensor) -> Tensor:
        """Matrices ``[L, L, belief, belief]`` of edges to v from u, over v's edges; 0 without one."""
        both = torch.relu(self.target(words).unsqueeze(1) + self.source(words))
        matrices = self.matrix(both).view(*graph.shape, self.belief, self.belief)
        share = graph / graph.sum(1, keepdim=True).clamp_min(1)
        return matrices * share[..., None, None]


def relation_graphs(words: Tensor, neighbours: int) -> tuple[Tensor, Tensor]:
    """Positive and negative relations of labels by the cosine of their texts, 0 or 1 ``[L, L]`` each.

    Row v holds the labels that v hears: at most ``neighbours`` of either kind, none twice, never itself.
    """
    count = len(words)
    cosines = (words @ words.T).fill_diagonal_(-torch.inf) if count else words @ words.T
    order = cosines.argsort(1, descending=True)[:, : max(count - 1, 0)]
    near = min(neighbours, order.shape[1])
    far = min(neighbours, order.shape[1] - near)
    graphs = torch.zeros(2, count, count, dtype=words.dtype, device=words.device)
    graphs[0].scatter_(1, order[:, :near], 1.0)
    graphs[1].scatter_(1, order[:, order.shape[1] - far :], 1.0)
    return graphs[0], graphs[1]
