"""The one table of commands: what each is called, its default keys, and when it is available.

Every key has a menu entry. Keys are Qt key sequences, compared by character, so they mean the same on
US and German keyboards; where a French keyboard needs Shift for a digit, the unshifted character of
that key stands beside it, and each bracket or slash has an alternative without AltGr.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    """When a command is available."""

    ALWAYS = "always"
    PROJECT = "a project is open"
    CASE = "a case is open"
    FUNDUS = "a fundus case is open"
    CHEST = "a chest case is open"
    EDIT = "masks are being corrected"
    REVIEW = "a case is open and no mask is being corrected"


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes
    ----------
    id
        ``group.name``; what settings and tests call it.
    menu
        Title of the menu that it stands in; ``Review > Grade`` for a submenu.
    checkable
        Whether it is a switch.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    menu: str
    when: When = When.ALWAYS
    checkable: bool = False


AZERTY_DIGITS = ("à", "&", "é", '"', "'", "(", "-", "è", "_", "ç")
GRADES = ("No DR", "Mild", "Moderate", "Severe", "Proliferative")

MASK_TOOLS = (
    ("brush", "Brush"),
    ("eraser", "Eraser"),
    ("polygon", "Polygon"),
    ("lasso", "Lasso"),
    ("wand", "Magic wand"),
    ("accept", "Accept lesions"),
)


def _digit(number: int) -> tuple[str, ...]:
    return (str(number), AZERTY_DIGITS[number])


COMMANDS: tuple[Command, ...] = (
    Command("project.new", "New project…", ("Ctrl+Shift+N",), "File"),
    Command("project.open", "Open project…", ("Ctrl+O",), "File"),
    Command("project.import_files", "Import images…", ("Ctrl+I",), "File"),
    Command("project.import_folder", "Import folder…", ("Ctrl+Shift+I",), "File"),
    Command("project.predict", "Run models on this case", ("Ctrl+P",), "File", When.CASE),
    Command("project.predict_all", "Run models on all new cases", ("Ctrl+Shift+P",), "File", When.PROJECT),
    Command("project.export", "Export…", ("Ctrl+E",), "File", When.PROJECT),
    Command("project.import_annotations", "Import labels and masks…", (), "File", When.PROJECT),
    Command("view.save_picture", "Save a picture of the view…", ("Ctrl+Shift+S",), "File", When.CASE),
    Command("app.settings", "Settings…", ("Ctrl+,",), "File"),
    Command("app.keys", "Change keys…", (), "File"),
    Command("app.quit", "Quit", ("Ctrl+Q",), "File"),
    Command("edit.undo", "Undo", ("Ctrl+Z",), "Edit", When.PROJECT),
    Command("edit.redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", When.PROJECT),
    Command("edit.comment", "Comment", ("C",), "Edit", When.CASE),
    Command("edit.ungradable", "Ungradable…", ("Q",), "Edit", When.REVIEW),
    Command("edit.modality_fundus", "This is a fundus photograph", (), "Edit > Modality", When.CASE),
    Command("edit.modality_chest", "This is a chest X-ray", (), "Edit > Modality", When.CASE),
    Command("edit.eye_right", "This is the right eye (OD)", (), "Edit > Laterality", When.CASE),
    Command("edit.eye_left", "This is the left eye (OS)", (), "Edit > Laterality", When.CASE),
    Command("edit.pair", "Pair with another case…", ("Ctrl+Alt+P",), "Edit > Pairing", When.FUNDUS),
    Command("edit.split", "Separate the eyes", (), "Edit > Pairing", When.FUNDUS),
    Command("edit.pairing_rules", "File names of eyes…", (), "Edit > Pairing", When.PROJECT),
    Command("review.next", "Next case", ("Right", "D"), "Review", When.PROJECT),
    Command("review.previous", "Previous case", ("Left", "A"), "Review", When.PROJECT),
    Command("review.next_unreviewed", "Next unreviewed case", ("N",), "Review", When.PROJECT),
    Command("review.accept", "Accept and advance", ("Return", "Enter"), "Review", When.REVIEW),
    Command("review.reject", "Reject and advance", ("X",), "Review", When.REVIEW),
    Command("review.unsure", "Unsure: to a second reader", ("U",), "Review", When.REVIEW),
    Command("review.other_eye", "Other eye", ("Y",), "Review", When.FUNDUS),
    *(
        Command(f"review.grade_{g}", f"{g}  {name}", _digit(g), "Review > Grade", When.FUNDUS)
        for g, name in enumerate(GRADES)
    ),
    *(
        Command(f"review.finding_{n}", f"Finding {n}", _digit(n), "Review > Finding", When.CHEST)
        for n in range(1, 10)
    ),
    Command(
        "review.blind", "Blind: the model is hidden until graded", ("Ctrl+B",), "Review", When.PROJECT, True
    ),
    Command("review.double", "Double reading: apart from others", ("Ctrl+D",), "Review", When.PROJECT, True),
    Command("review.batch", "Accept a batch…", ("Ctrl+Shift+A",), "Review", When.REVIEW),
    Command("review.summary", "Session summary…", ("Ctrl+J",), "Review", When.PROJECT),
    Command("review.similar", "Similar cases", ("Ctrl+L",), "Review", When.REVIEW),
    Command("review.filters", "Filters…", ("Ctrl+Shift+F",), "Review", When.PROJECT),
    Command("review.queue", "Next best cases first, or the plain order", ("O",), "Review", When.REVIEW),
    Command("review.find_label", "Find a label", ("/", "Ctrl+F"), "Review", When.CHEST),
    Command("view.fit", "Fit the image", ("Ctrl+0",), "View", When.CASE),
    Command("view.one_to_one", "One to one", ("Ctrl+1",), "View", When.CASE),
    Command("view.reset", "Reset window and view", ("R",), "View", When.CASE),
    Command("view.hide_overlays", "Hide overlays while held", ("H",), "View", When.CASE),
    Command("view.masks", "Lesion masks", ("M",), "View", When.CASE, True),
    Command("view.boxes", "Region boxes", ("B",), "View", When.CASE, True),
    Command("view.labels", "Corner texts", ("L",), "View", When.CASE, True),
    Command("view.evidence", "Evidence map", ("V",), "View", When.CASE, True),
    Command("view.map_kind", "Next map: gated, attention, score", ("Shift+V",), "View > Map", When.FUNDUS),
    Command("view.map_level", "Map of the next grade", ("Ctrl+Shift+V",), "View > Map", When.FUNDUS),
    Command("view.grad_cam", "Grad-CAM instead of evidence", (), "View", When.CHEST, True),
    Command("view.invert", "Invert grey levels", ("I",), "View", When.CASE, True),
    Command("view.red_free", "Green channel (red-free)", ("G",), "View", When.FUNDUS, True),
    Command("view.smooth", "Smooth magnified pixels", (), "View", When.CASE, True),
    Command("view.magnify", "Magnifier while held", ("Z",), "View", When.CASE),
    Command("view.turn_right", "Turn right", ("Ctrl+R",), "View > Turn", When.CASE),
    Command("view.turn_left", "Turn left", ("Ctrl+Shift+R",), "View > Turn", When.CASE),
    Command("view.mirror", "Mirror", ("Ctrl+Shift+H",), "View > Turn", When.CASE),
    Command("view.compare", "Compare", ("T",), "View > Compare", When.REVIEW),
    Command("view.compare_fellow", "Fellow eye or other view", (), "View > Compare", When.REVIEW),
    Command("view.compare_prior", "Other study", (), "View > Compare", When.REVIEW),
    Command("view.compare_correction", "Before and after correction", (), "View > Compare", When.REVIEW),
    Command("view.compare_model", "Old and new model", (), "View > Compare", When.REVIEW),
    Command("measure.length", "Length", ("W",), "View > Measure", When.REVIEW),
    Command("measure.angle", "Angle", ("Shift+W",), "View > Measure", When.REVIEW),
    Command("measure.area", "Area", ("Alt+W",), "View > Measure", When.REVIEW),
    Command("measure.stop", "Stop measuring or comparing", ("Esc", "P"), "View > Measure", When.REVIEW),
    Command("measure.delete", "Delete the last one", ("Backspace", "Delete"), "View > Measure", When.REVIEW),
    Command("measure.clear", "Delete all", ("Shift+Backspace",), "View > Measure", When.REVIEW),
    Command("measure.disc", "Last length is the disc diameter", (), "View > Measure", When.FUNDUS),
    Command("measure.comment", "Into the comment", ("Shift+C",), "View > Measure", When.REVIEW),
    *(
        Command(f"view.region_{n}", f"Region {n}", (f"Shift+{n}", f"Alt+{n}"), "View > Region", When.FUNDUS)
        for n in range(1, 5)
    ),
    *(
        Command(f"view.window_{n}", f"Window {n}", (f"Alt+{n}",), "View > Window", When.CHEST)
        for n in range(1, 5)
    ),
    Command("view.next_pane", "Next pane", ("F6",), "View"),
    Command("view.theme", "Light theme", (), "View", When.ALWAYS, True),
    Command("view.larger_text", "Larger text", ("Ctrl++", "Ctrl+="), "View"),
    Command("view.smaller_text", "Smaller text", ("Ctrl+-",), "View"),
    Command("masks.edit", "Correct masks", ("E",), "Masks", When.REVIEW),
    Command("masks.leave", "Done", ("Esc",), "Masks", When.EDIT),
    Command("masks.smaller", "Smaller brush", ("[", ","), "Masks", When.EDIT),
    Command("masks.larger", "Larger brush", ("]", "."), "Masks", When.EDIT),
    Command("masks.next_class", "Next lesion", ("Tab",), "Masks", When.EDIT),
    Command("masks.previous_class", "Previous lesion", ("Shift+Tab",), "Masks", When.EDIT),
    *(
        Command(f"masks.{name}", text, _digit(number), "Masks > Tool", When.EDIT, True)
        for number, (name, text) in enumerate(MASK_TOOLS, start=1)
    ),
    Command("masks.fill", "Fill", ("F",), "Masks", When.EDIT),
    Command("masks.fill_holes", "Fill holes", ("Shift+F",), "Masks > Shape", When.EDIT),
    Command("masks.grow", "Grow", ("W", "+"), "Masks > Shape", When.EDIT),
    Command("masks.shrink", "Shrink", ("Shift+W", "_"), "Masks > Shape", When.EDIT),
    Command("masks.remove_small", "Remove specks", ("S",), "Masks > Shape", When.EDIT),
    Command("masks.clear", "Clear", ("Shift+Delete",), "Masks > Shape", When.EDIT),
    Command("masks.delete", "Delete the lesion here", ("Delete", "Backspace"), "Masks", When.EDIT),
    Command("masks.threshold", "Move the model's threshold", ("T",), "Masks", When.EDIT),
    Command("masks.next_region", "Look at the next single lesion", ("J",), "Masks", When.CASE),
    Command("masks.previous_region", "Look at the previous single lesion", ("Shift+J",), "Masks", When.CASE),
    Command("masks.keep_others", "Keep other lesions", ("K",), "Masks", When.EDIT, True),
    Command("models.retrain", "Retrain…", ("Ctrl+T",), "Models", When.PROJECT),
    Command("models.versions", "Model versions…", ("Ctrl+M",), "Models", When.PROJECT),
    Command("models.atlas", "Lesion atlas…", ("Ctrl+Shift+L",), "Models", When.PROJECT),
    Command("models.diagnosis", "Diagnosis without labels…", ("Ctrl+Shift+D",), "Models", When.PROJECT),
    Command("models.diseases", "Similarity of diseases…", ("Ctrl+Shift+M",), "Models", When.PROJECT),
    Command("models.thresholds", "Thresholds of findings…", ("Ctrl+Shift+T",), "Models", When.CHEST),
    Command("help.palette", "Command palette…", ("Ctrl+K",), "Help"),
    Command("help.keys", "Keys", ("F1",), "Help"),
    Command("help.guide", "User guide", ("Shift+F1",), "Help"),
    Command("help.tour", "Tour", (), "Help"),
    Command("help.about", "About Lynceus", (), "Help"),
)

MENUS = ("File", "Edit", "Review", "View", "Masks", "Models", "Help")
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


def keys_of(command: Command, changed: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of a command, the user's own first where there are any (space-separated)."""
    own = changed.get(command.id)
    return tuple(own.split()) if own is not None else command.keys


def available(when: When, *, project: bool, modality: str, editing: bool) -> bool:
    """Whether commands of that kind can be used now; ``modality`` is empty when no case is open."""
    return {
        When.ALWAYS: True,
        When.PROJECT: project,
        When.CASE: bool(modality),
        When.FUNDUS: modality == "fundus" and not editing,
        When.CHEST: modality == "chest" and not editing,
        When.EDIT: editing,
        When.REVIEW: bool(modality) and not editing,
    }[when]


def conflicts(commands: Iterable[Command] = COMMANDS, changed: Mapping[str, str] | None = None) -> list[str]:
    """Pairs of commands that would answer to one key at one time, as sentences; none by default."""
    return [f"{key}: {one} and {other}" for key, one, other in clashes(commands, changed)]


def clashes(
    commands: Iterable[Command] = COMMANDS, changed: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    """Keys that two commands would answer to at one time: (key, id of the one, id of the other)."""
    situations = [(m, e) for m in ("", "fundus", "chest", "unknown") for e in (False, True) if m or not e]
    table = tuple(commands)
    found: list[tuple[str, str, str]] = []
    for modality, editing in situations:
        owner: dict[str, str] = {}
        for command in table:
            if not available(command.when, project=True, modality=modality, editing=editing):
                continue
            for key in keys_of(command, changed or {}):
                other = owner.setdefault(key.casefold(), command.id)
                clash = (key, other, command.id)
                if other != command.id and clash not in found:
                    found.append(clash)
    return found
