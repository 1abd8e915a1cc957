"""The errors that the engine raises: each says what happened, to which file or row, and what to do."""

from __future__ import annotations


class EngineError(Exception):
    """Root of every error that the engine raises on purpose.

    Parameters
    ----------
    what
        What happened, in one clause without a full stop.
    where
        The file, row, label or case that it happened to; empty when there is none.
    remedy
        What the user can do about it.
    """

    def __init__(self, what: str, where: object = "", remedy: str = "") -> None:
        super().__init__(what, str(where), remedy)  # all three in args: survives pickling
        self.what = what
        self.where = str(where)
        self.remedy = remedy

    def __str__(self) -> str:
        message = f"{self.where}: {self.what}" if self.where else self.what
        message = f"{message}. {self.remedy}" if self.remedy else message
        return " ".join(message.split())  # one line, whatever a decoder put into `what`


class Cancelled(EngineError):
    """The user asked a running operation to stop."""

    def __init__(self, what: str = "cancelled", where: object = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)


class UnreadableImage(EngineError):
    """A file is not an image that can be read: truncated, empty, mislabelled, too large."""


class UnsupportedTransferSyntax(UnreadableImage):
    """A DICOM file is encoded in a way that no permissively licensed decoder reads."""


class DecoderFailure(UnreadableImage):
    """The decoding process ran out of time or memory, or died; the file is not to be trusted."""


class WrongModality(EngineError):
    """A system was asked to look at an image of a modality that it does not know."""


class UnknownLabel(EngineError):
    """A disease, finding, lesion or grade that the vocabulary does not hold."""


class BadTable(EngineError):
    """A csv or other table has a row that cannot be used; `where` names file and row."""


class BadMask(EngineError):
    """A mask of another size, or with values other than 0 and 255."""


class TooFewSamples(EngineError):
    """There is not enough data to train, cluster, calibrate or evaluate."""


class MissingWeights(EngineError):
    """A system has no weights here."""


class IncompatibleModel(EngineError):
    """A weights file is damaged, foreign, or made for another network or label set."""


class MissingExtra(EngineError):
    """An optional part of Lynceus is not installed."""


class ProjectNotFound(EngineError):
    """A folder or database holds no Lynceus project."""


class StoreUnavailable(EngineError):
    """The case store cannot be written: read-only, full disk, lost connection, locked."""


class StoreConflict(EngineError):
    """Another reviewer changed the same thing first, or the store is of a newer version."""


class WorkerDied(EngineError):
    """The process that runs the models ended while it had work to do."""


class WrongUsage(EngineError):
    """A command or operation was called with arguments that do not fit together."""
