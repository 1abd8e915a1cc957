"""What models say of cases, for choosing between them: scores by label and system, embeddings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from engine.store.database import chunks
from engine.store.tables import current_table, instance_table, label_table, prediction_table, score_table

Scores = dict[int, dict[tuple[str, str], float]]


def scores(connection: sa.Connection, case_ids: Sequence[int]) -> Scores:
    """See `engine.store.project.Project.case_scores`."""
    names = {row.id: (row.name, row.system) for row in connection.execute(sa.select(label_table))}
    found: Scores = defaultdict(dict)
    for part in chunks(list(case_ids)):
        query = sa.select(score_table.c.case_id, score_table.c.label_id, score_table.c.score)
        for case_id, label, score in connection.execute(query.where(score_table.c.case_id.in_(part))):
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
            sa.select(instance_table.c.case_id, prediction_table.c.embedding)
            .join(current_table, current_table.c.prediction_id == prediction_table.c.id)
            .join(instance_table, instance_table.c.id == current_table.c.instance_id)
            .where(instance_table.c.case_id.in_(part), current_table.c.system == system)
        )
        for case_id, stored in connection.execute(query.where(prediction_table.c.embedding.is_not(None))):
            rows[case_id].append(np.frombuffer(stored or b"", "<f4").astype(np.float32))
    widths = Counter(len(vector) for vectors in rows.values() for vector in vectors)
    if not widths:
        return {}
    width = max(widths, key=lambda w: (widths[w], w))
    kept = {case: [v for v in vectors if len(v) == width] for case, vectors in rows.items()}
    return {case: np.mean(vectors, axis=0, dtype=np.float32) for case, vectors in kept.items() if vectors}
