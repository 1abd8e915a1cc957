"""The user guide, read from ``resources/docs/guide``."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QVBoxLayout, QWidget

from engine.paths import RESOURCES

FOLDER = RESOURCES / "docs" / "guide"
PICTURE_WIDTH = 760  # pixels; ours


def pages(folder: Path = FOLDER) -> dict[str, Path]:
    """Title -> file of every page, the index first and the others by name."""
    files = sorted(folder.glob("*.md"), key=lambda file: (file.stem != "index", file.stem))
    found = {}
    for file in files:
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        found[first.lstrip("# ").strip() or file.stem] = file
    return found


class GuideDialog(QDialog):
    """See the module. Not modal: it stays open beside the work."""

    def __init__(self, folder: Path = FOLDER, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("User guide"))
        self.resize(1080, 760)
        self._pages = list(pages(folder).items())
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Pages of the guide"))
        self.list.setFixedWidth(290)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.addItems([title for title, _ in self._pages])
        self.text = _Page()
        self.text.setAccessibleName(self.tr("Page"))
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.list.currentRowChanged.connect(self._show)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        self.list.setCurrentRow(0)

    def _show(self, number: int) -> None:
        if 0 <= number < len(self._pages):
            file = self._pages[number][1]
            self.text.folder = file.parent
            self.text.setMarkdown(file.read_text(encoding="utf-8"))

    def _follow(self, link: QUrl) -> None:
        """To another page of the guide; what lies outside is not opened."""
        names = [file.name for _, file in self._pages]
        if link.fileName() in names:
            self.list.setCurrentRow(names.index(link.fileName()))


class _Page(QTextBrowser):
    """Markdown with pictures that fit the page; loads nothing but files of its folder."""

    folder = FOLDER

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """A picture of the guide, made as wide as the page."""
        file = (self.folder / (name if isinstance(name, str) else name.toString())).resolve()
        inside = file.is_relative_to(self.folder.resolve())
        if kind != QTextDocument.ResourceType.ImageResource.value or not inside:
            return None
        image = QImage(str(file))
        if image.width() > PICTURE_WIDTH:
            return image.scaledToWidth(PICTURE_WIDTH, Qt.TransformationMode.SmoothTransformation)
        return image
