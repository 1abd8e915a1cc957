"""Corrected masks: every stroke appended, and the tiles as they are now, so that opening folds nothing."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from engine.errors import BadMask, StoreConflict
from engine.records import Correction, CorrectionKind, MaskDelta, TileChange
from engine.store.folding import undone
from engine.store.tables import event_table, instance_table, mask_edit_table, mask_tile_table

_HEAD = struct.Struct("<IIII")  # row, column, length of before, length of after


def pack(tiles: tuple[TileChange, ...]) -> bytes:
    """A stroke's tiles as bytes: for each a header of four little-endian uint32, then before and after."""
    parts = []
    for tile in tiles:
        parts += [
            _HEAD.pack(tile.row, tile.column, len(tile.before), len(tile.after)),
            tile.before,
            tile.after,
        ]
    return b"".join(parts)


def unpack(content: bytes) -> tuple[TileChange, ...]:
    """Undo `pack`.

    Raises
    ------
    BadMask
        The bytes end early.
    """
    tiles, at = [], 0
    while at < len(content):
        if at + _HEAD.size > len(content):
            raise BadMask("a stored stroke is damaged (cut short)")
        row, column, before, after = _HEAD.unpack_from(content, at)
        middle = at + _HEAD.size + before
        at = middle + after
        if at > len(content):
            raise BadMask("a stored stroke is damaged (cut short)")
        tiles.append(TileChange(row, column, content[middle - before : middle], content[middle:at]))
    return tuple(tiles)


def append(connection: sa.Connection, event: Correction, delta: MaskDelta) -> None:
    """Store the stroke of an event that was just appended, and bring the tiles up to date.

    Raises
    ------
    BadMask
        The stroke's size is not that of the image, or it is damaged.
    StoreConflict
        A tile no longer looks as it did when the stroke began: somebody else painted there.
    """
    instance_id = event.instance_id
    _check_size(connection, instance_id, delta)
    connection.execute(
        sa.insert(mask_edit_table).values(
            event_id=event.id,
            instance_id=instance_id,
            lesion=event.key,
            rows=delta.rows,
            columns=delta.columns,
            tiles=pack(delta.tiles),
        )
    )
    now = _tiles(connection, instance_id, event.key, {tile.row for tile in delta.tiles})
    for tile in delta.tiles:
        place = (tile.row, tile.column)
        if not same_bits(now.get(place, b""), tile.before):
            raise StoreConflict(
                f"the {event.key} mask was changed by somebody else where you painted",
                f"image {instance_id}",
                "Open the case again to see their strokes.",
            )
        where = (
            (mask_tile_table.c.instance_id == instance_id)
            & (mask_tile_table.c.lesion == event.key)
            & (mask_tile_table.c.row == tile.row)
            & (mask_tile_table.c.column == tile.column)
        )
        values = {"bits": tile.after, "event_id": event.id}
        if place in now:
            connection.execute(sa.update(mask_tile_table).where(where).values(**values))
        else:
            keys = {"instance_id": instance_id, "lesion": event.key, "row": tile.row, "column": tile.column}
            connection.execute(sa.insert(mask_tile_table).values(**keys, **values))


def same_bits(one: bytes, other: bytes) -> bool:
    """Whether two packed tiles hold the same pixels; no bytes are an empty tile."""
    return one == other or bool(np.array_equal(_bits(one), _bits(other)))


def _bits(packed: bytes) -> NDArray[np.bool_]:
    from engine.imaging.masks import unpack_tile

    return unpack_tile(packed) if packed else np.zeros((MaskDelta.TILE, MaskDelta.TILE), np.bool_)


def _check_size(connection: sa.Connection, instance_id: int | None, delta: MaskDelta) -> None:
    text = connection.scalar(sa.select(instance_table.c.info).where(instance_table.c.id == instance_id))
    info: dict[str, Any] = json.loads(text or "{}")
    if (delta.rows, delta.columns) != (info.get("rows"), info.get("columns")):
        raise BadMask(
            f"a stroke on {delta.columns}×{delta.rows} pixels does not fit the image of"
            f" {info.get('columns')}×{info.get('rows')}",
            f"image {instance_id}",
        )
    rows, columns = -(-delta.rows // MaskDelta.TILE), -(-delta.columns // MaskDelta.TILE)
    if any(not (0 <= t.row < rows and 0 <= t.column < columns) for t in delta.tiles):
        raise BadMask("a stroke has a tile outside the image", f"image {instance_id}")


def _tiles(
    connection: sa.Connection, instance_id: int | None, lesion: str, rows: set[int] | None = None
) -> dict[tuple[int, int], bytes]:
    """Tiles of a mask, or of some rows of it."""
    query = sa.select(mask_tile_table.c.row, mask_tile_table.c.column, mask_tile_table.c.bits).where(
        mask_tile_table.c.instance_id == instance_id, mask_tile_table.c.lesion == lesion
    )
    if rows is not None:
        query = query.where(mask_tile_table.c.row.in_(sorted(rows)))
    return {(row.row, row.column): row.bits for row in connection.execute(query)}


def exists(connection: sa.Connection, instance_id: int, lesion: str) -> bool:
    """Whether a stroke (or a start) on this mask holds."""
    pairs = sa.select(event_table.c.id, event_table.c.undoes).where(
        event_table.c.instance_id == instance_id,
        event_table.c.kind == CorrectionKind.MASK.value,
        event_table.c.key == lesion,
    )
    rows = [(row.id, row.undoes) for row in connection.execute(pairs.order_by(event_table.c.id))]
    dead = undone(rows)
    return any(undoes is None and number not in dead for number, undoes in rows)


def current(connection: sa.Connection, instance_id: int, lesion: str) -> NDArray[np.bool_] | None:
    """The corrected mask, bool ``[rows, columns]`` stored; None when no reader touched that lesion."""
    from engine.imaging.masks import apply_delta

    if not exists(connection, instance_id, lesion):
        return None
    size = connection.execute(
        sa.select(mask_edit_table.c.rows, mask_edit_table.c.columns)
        .where(mask_edit_table.c.instance_id == instance_id, mask_edit_table.c.lesion == lesion)
        .limit(1)
    ).one()
    tiles = _tiles(connection, instance_id, lesion)
    mask = np.zeros((size.rows, size.columns), np.bool_)
    changes = tuple(TileChange(row, column, b"", bits) for (row, column), bits in tiles.items() if bits)
    apply_delta(mask, MaskDelta(size.rows, size.columns, changes))
    return mask


def delta_of(connection: sa.Connection, event_id: int) -> MaskDelta:
    """The stroke of a mask event."""
    row = connection.execute(sa.select(mask_edit_table).where(mask_edit_table.c.event_id == event_id)).one()
    return MaskDelta(row.rows, row.columns, unpack(row.tiles))


def rebuild(connection: sa.Connection) -> None:
    """Derive every tile anew from the strokes."""
    connection.execute(sa.delete(mask_tile_table))
    tiles: dict[tuple[int, str, int, int], dict[str, Any]] = {}
    for edit in connection.execute(sa.select(mask_edit_table).order_by(mask_edit_table.c.event_id)):
        for tile in unpack(edit.tiles):
            key = (edit.instance_id, edit.lesion, tile.row, tile.column)
            tiles[key] = {"event_id": edit.event_id, "bits": tile.after}
    names = ("instance_id", "lesion", "row", "column")
    if tiles:
        values = [dict(zip(names, key, strict=True)) | value for key, value in tiles.items()]
        connection.execute(sa.insert(mask_tile_table), values)
