"""What models say of cases, for choosing between them: scores by label and system, embeddings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from engine.store.database import chunks
from engine.store.tables import CurrentPrediction, InstanceTable, PredictionTable, ScoreLabel, ScoreTable

Scores = dict[int, dict[tuple[str, str], float]]


def scores(connection: sa.Connection, case_ids: Sequence[int]) -> Scores:
    """See `engine.store.project.Project.case_scores`."""
    names = {row.id: (row.name, row.system) for row in connection.execute(sa.select(ScoreLabel))}
    found: Scores = defaultdict(dict)
    for part in chunks(list(case_ids)):
        query = sa.select(ScoreTable.case_id, ScoreTable.label_id, ScoreTable.score)
        for case_id, label, score in connection.execute(query.where(ScoreTable.case_id.in_(part))):
            mine, name = found[case_id], names[label]
            mine[name] = max(score, mine.get(name, score))
    return dict(found)


def embeddings(
    connection: sa.Connection, system: str, case_ids: Sequence[int]
) -> dict[int, NDArray[np.float32]]:
    """See `engine.store.project.Project.case_embeddings`; of two model widths the commoner one counts."""
    rows: dict[int, list[NDArray[np.float32]]] = defaultdict(list)
    for part in chunks(list(case_ids)):
        query = (
            sa.select(InstanceTable.case_id, PredictionTable.embedding)
            .join(CurrentPrediction, CurrentPrediction.prediction_id == PredictionTable.id)
            .join(InstanceTable, InstanceTable.id == CurrentPrediction.instance_id)
            .where(InstanceTable.case_id.in_(part), CurrentPrediction.system == system)
        )
        for case_id, stored in connection.execute(query.where(PredictionTable.embedding.is_not(None))):
            rows[case_id].append(np.frombuffer(stored or b"", "<f4").astype(np.float32))
    widths = Counter(len(vector) for vectors in rows.values() for vector in vectors)
    if not widths:
        return {}
    width = max(widths, key=lambda w: (widths[w], w))
    kept = {case: [v for v in vectors if len(v) == width] for case, vectors in rows.items()}
    return {case: np.mean(vectors, axis=0, dtype=np.float32) for case, vectors in kept.items() if vectors}
