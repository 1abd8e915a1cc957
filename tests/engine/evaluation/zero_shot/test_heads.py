"""Both systems as heads: their losses are those of the recipes, switched off term by term."""

from __future__ import annotations

import pytest
import torch

from engine.evaluation.zero_shot.conse import Conse
from engine.evaluation.zero_shot.heads import CmDmlGzsl, CxrMlGzsl
from engine.evaluation.zero_shot.methods import ABLATION, METHODS, SYSTEM
from engine.losses.alignment import alignment_loss, mean_positive
from engine.losses.consistency import consistency_as_released, consistency_loss
from engine.losses.ranking import ranking_loss
from engine.losses.weighted_focused_metric import weighted_focused_metric_loss

FEATURES = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
WORDS = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
TARGETS = torch.tensor(
    [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]]
).float()


def test_cxr_ml_gzsl_is_the_sum_of_its_terms() -> None:
    head = CxrMlGzsl(8, WORDS, hidden=(7,), latent=6, gamma_align=0.3, gamma_con=0.2)
    visual, labels = head.visual(FEATURES), head.semantic(WORDS)
    mean = head.semantic(mean_positive(WORDS, TARGETS))
    parts = head.loss(FEATURES, WORDS, TARGETS)
    rank = ranking_loss(head(FEATURES, WORDS), TARGETS)
    align, con = alignment_loss(visual, mean, TARGETS), consistency_loss(WORDS, labels)
    assert parts["loss"].item() == pytest.approx((rank + 0.3 * align + 0.2 * con).item(), rel=1e-5)
    parts["loss"].backward()
    assert all(p.grad is not None for p in head.parameters())


def test_ablations_lack_their_terms() -> None:
    torch.manual_seed(0)
    rank = METHODS["cxr_rank"].build(8, WORDS).loss(FEATURES, WORDS, TARGETS)
    assert set(rank) == {"loss", "rank"} and rank["loss"] is rank["rank"]
    assert set(METHODS["cxr_rank_align"].build(8, WORDS).loss(FEATURES, WORDS, TARGETS)) == {
        "loss",
        "rank",
        "align",
    }
    assert "consistency" in METHODS["cxr_ml_gzsl"].build(8, WORDS).loss(FEATURES, WORDS, TARGETS)
    for method in METHODS.values():
        assert (method.kind == ABLATION) == bool(method.of)
        assert METHODS[method.chosen_as].kind != ABLATION
    assert [m.name for m in METHODS.values() if m.kind == SYSTEM] == ["cxr_ml_gzsl", "cm_dml_gzsl"]


def test_the_code_as_released_has_all_its_choices() -> None:
    torch.manual_seed(0)
    head = METHODS["cxr_as_released"].build(8, WORDS)
    parts = head.loss(FEATURES, WORDS, TARGETS)
    assert set(parts) == {"loss", "rank", "consistency"}
    rank = ranking_loss(head(FEATURES, WORDS), TARGETS, margin=0.2, per_label=False)
    con = consistency_as_released(WORDS, head.semantic(WORDS))
    assert parts["loss"].item() == pytest.approx((rank + 0.01 * con).item(), rel=1e-5)
    paper = CxrMlGzsl(8, WORDS)
    for method in (m for m in METHODS.values() if m.name.startswith("cxr_code_")):
        alone = method.build(8, WORDS)
        differs = [
            name
            for name in ("margin", "gamma_align", "gamma_con", "per_label", "consistency")
            if getattr(alone, name) != getattr(paper, name)
        ]
        assert len(differs) == 1, method.title


@pytest.mark.parametrize(
    ("name", "alpha", "beta"), [("cm_dml_gzsl", 2, 0.03), ("cm_neither", 0, 0), ("cm_no_beta", 2, 0)]
)
def test_cm_dml_gzsl_follows_the_epoch(name: str, alpha: float, beta: float) -> None:
    torch.manual_seed(0)
    head = METHODS[name].build(8, WORDS)
    assert isinstance(head, CmDmlGzsl)
    head.epoch = 35
    apart = -head(FEATURES, WORDS)
    assert (apart >= 0).all()
    wanted = weighted_focused_metric_loss(apart, TARGETS, epoch=35, alpha=alpha, beta=beta)
    assert head.loss(FEATURES, WORDS, TARGETS)["loss"].item() == pytest.approx(wanted.item())


def test_conse_mixes_the_words_of_seen_labels() -> None:
    head = Conse(8, WORDS)
    asked = torch.cat([WORDS, WORDS[:1] + WORDS[1:2]])
    found = head(FEATURES, asked)
    shares = torch.sigmoid(FEATURES @ head.output.weight.T + head.output.bias)
    mixed = (shares @ WORDS) / shares.sum(1, keepdim=True)
    for image in range(len(FEATURES)):
        for label in range(len(asked)):
            wanted = torch.cosine_similarity(mixed[image], asked[label], dim=0)
            assert found[image, label].item() == pytest.approx(wanted.item(), abs=1e-5)
