"""`lynceus-engine`: the engine from the shell, without Qt. Thin: each command calls one operation.

Exit 0 done, 2 wrong usage, 3 refused with one line on stderr that says why; never a traceback.
Nothing heavy is imported here: `inspect`, `import` and `export` start without torch.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from engine import __version__, memory
from engine.errors import EngineError, WrongUsage
from engine.systems import SYSTEMS

if TYPE_CHECKING:
    from engine.evaluation.protocols import Argument

DONE, USAGE, REFUSED = 0, 2, 3
QUICK = frozenset({"inspect", "import", "export", "annotate"})  # commands whose start is felt
RARELY = 50_000  # new objects between two collections


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    # Waiting OpenMP threads sleep: on a busy machine a training step is ten times as fast.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if argv is None:
        memory.keep_freed()  # a process of its own
    words = list(sys.argv[1:] if argv is None else argv)
    often = gc.get_threshold()
    if words[:1] and words[0] in QUICK:
        gc.set_threshold(RARELY)  # modules make many objects that stay: looking at them takes an eighth of it
        atexit.register(gc.freeze)  # nor are they looked at once more at the end, which takes another eighth
    try:
        arguments = parser().parse_args(words)
        arguments.words = words
        code: int = arguments.command(arguments)
        sys.stdout.flush()  # what cannot be written shows now and not at exit, where Python shouts
        return code
    except SystemExit as asked:  # argparse has said what it had to say: help, or wrong usage
        return int(asked.code or DONE)
    except EngineError as error:
        return _say(error, USAGE if isinstance(error, WrongUsage) else REFUSED)
    except BrokenPipeError:
        _leave_stdout()  # whoever read our output has enough
        return DONE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as error:  # the promise above: one line, whatever happened
        return _unexpected(error)
    finally:
        gc.set_threshold(*often)


def _unexpected(error: Exception) -> int:
    """One line for an error that nobody foresaw."""
    if os.environ.get("LYNCEUS_DEBUG"):
        raise error
    if isinstance(error, OSError):
        try:
            sys.stdout.flush()
        except OSError:  # it is standard output that failed
            _leave_stdout()
        known = EngineError(error.strerror or str(error), error.filename or "", "Check the disk or the name.")
        return _say(known, REFUSED)
    unforeseen = EngineError(
        f"{type(error).__name__}: {error}", remedy="Set LYNCEUS_DEBUG=1 to see where, and report it."
    )
    return _say(unforeseen, REFUSED)


def _leave_stdout() -> None:
    """Point standard output at nothing, or Python complains again when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="lynceus-engine", description=__doc__.splitlines()[0])
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _inspect(_command(commands, "inspect", "say what a file is, as JSON", inspect))
    _import(_command(commands, "import", "import files and folders into a project", import_))
    _export(_command(commands, "export", "write labels, masks and scores of a project", export))
    _annotate(_command(commands, "annotate", "read labels and masks back into a project", annotate))
    _predict(_command(commands, "predict", "run a system over files, one JSON object an image", predict))
    _train(_command(commands, "train", "train a system from its recipe", train))
    _evaluate(_command(commands, "evaluate", "run a protocol and print its table", evaluate))
    _atlas(_command(commands, "atlas", "cluster what the grading model looks at in a project", atlas))
    _models(_command(commands, "models", "list, verify or describe weights files", models))
    _demo(_command(commands, "demo", "build the demo project of phantoms", demo))
    return top


def _command(
    commands: Any, name: str, help_: str, function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    sub: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_)
    sub.set_defaults(command=function)
    return sub


def _say(error: EngineError, code: int) -> int:
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more; the code still tells
        print(f"lynceus-engine: {error}", file=sys.stderr)
    return code


def _refusals(reasons: Sequence[str], done: int) -> int:
    """Name what was refused, one line each; one line in all when nothing was done."""
    if done:
        for why in reasons:
            _say(EngineError(why), DONE)
        return DONE
    others = [f"{len(reasons) - 1} more were refused too."] if len(reasons) > 1 else []
    return _say(EngineError(" ".join([reasons[0], *others])), REFUSED)


def _inspect(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", type=Path)
    sub.add_argument("--pixels", type=Path, metavar="OUT.npy", help="write the stored pixel values there")


def inspect(arguments: argparse.Namespace) -> int:
    """Print what a file is."""
    from engine.operations.inspecting import inspect_file

    print(json.dumps(inspect_file(arguments.file, arguments.pixels), indent=1))
    return DONE


def _import(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("project", help="folder of the project; made where there is none")
    sub.add_argument("paths", nargs="+", help="files and folders")
    sub.add_argument("--pairs", metavar="CSV", help="file,patient,eye: which images are fellow eyes")
    _eyes(sub)
    sub.add_argument("--database", metavar="URL", help="PostgreSQL URL instead of the project's SQLite")


def _eyes(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--eyes",
        action="append",
        default=[],
        metavar="REGEX",
        help="how file names tell patient and eye: (?P<patient>…), (?P<eye>left|right|od|os); repeatable",
    )


def import_(arguments: argparse.Namespace) -> int:
    """Import; refused files are named on stderr, the rest goes on."""
    from engine.operations.importing import import_paths

    result = import_paths(
        arguments.project,
        arguments.paths,
        arguments.pairs,
        arguments.database,
        progress=to_terminal,
        patterns=arguments.eyes,
    )
    refused = [why for _, why in result["refused"]]
    print(json.dumps({k: result[k] for k in ("added", "known", "cases")} | {"refused": len(refused)}))
    return _refusals(refused, result["added"] + result["known"])


def _export(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("project")
    sub.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    sub.add_argument("--what", nargs="+", default=["csv", "masks"], choices=["csv", "masks", "coco"])
    sub.add_argument("--database", metavar="URL")


def export(arguments: argparse.Namespace) -> int:
    """Export what reviewers and models said."""
    from engine.operations.exporting import export_project

    result = export_project(
        arguments.project, str(arguments.out), arguments.what, arguments.database, progress=to_terminal
    )
    print(json.dumps(result))
    return DONE


def _annotate(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("project")
    sub.add_argument("paths", nargs="+", help="folders of exports, labels.csv, masks.csv, COCO files")
    sub.add_argument("--reader", required=True, metavar="NAME", help="whose word it is")
    sub.add_argument("--database", metavar="URL")


def annotate(arguments: argparse.Namespace) -> int:
    """Record labels and masks of files as a reader's corrections."""
    from engine.operations.annotating import import_annotations

    result = import_annotations(
        arguments.project, arguments.paths, arguments.reader, arguments.database, progress=to_terminal
    )
    refused = [why for _, why in result.pop("refused")]
    print(json.dumps(result | {"refused": len(refused)}))
    return _refusals(refused, sum(result.values())) if refused else DONE


def _predict(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", type=Path)
    sub.add_argument("--system", required=True, choices=list(SYSTEMS))
    sub.add_argument("--out", default="-", metavar="RESULTS.jsonl", help="- is standard output")
    sub.add_argument("--masks", type=Path, metavar="FOLDER", help="write lesion masks there as PNG")
    sub.add_argument("--target", default="", metavar="DISEASE", help="rura_net: what to diagnose")
    sub.add_argument(
        "--set",
        nargs="*",
        default=[],
        metavar="FIELD=VALUE",
        help="rura_net: switches of the chain, such as fit=given clustering=PAM features=masked",
    )
    sub.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="'NAME: DESCRIPTION'",
        help="chest systems: rank this disease too; repeatable",
    )
    sub.add_argument(
        "--labels", nargs="+", default=[], metavar="NAME", help="chest systems: rank these known labels too"
    )
    sub.add_argument(
        "--pairs", type=Path, metavar="CSV", help="file,patient,eye: which images are fellow eyes"
    )
    _eyes(sub)
    sub.add_argument("--modality", choices=["fundus", "chest"], help="overrides what the files say or show")
    sub.add_argument(
        "--weights",
        type=Path,
        help="instead of the shipped weights; clip: folder, or name in the Hugging Face cache",
    )
    sub.add_argument("--prompts", default="", metavar="ENSEMBLE", help="clip: name, chexzero or chest")
    sub.add_argument("--device", default="auto")


def predict(arguments: argparse.Namespace) -> int:
    """Predict for files; 0 when at least one image was done."""
    from engine.operations.files import predict_request

    rows = predict_request(arguments, to_terminal)
    done = 0
    refused: list[str] = []
    with _opened(arguments.out) as stream:
        older = arguments.out != "-" and Path(arguments.out).is_file()
        for row in rows:
            if older:
                stream.truncate(0)  # only now that there are new results
                older = False
            stream.write(json.dumps(row) + "\n")
            stream.flush()
            done += "error" not in row
            refused += [row["error"]] if "error" in row else []
    return _refusals(refused, done)


def _train(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("system", choices=[name for name, row in SYSTEMS.items() if row.recipe])
    sub.add_argument("--data", type=Path, metavar="FOLDER", help="folder with a manifest.csv of images")
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors")
    sub.add_argument(
        "--recipe", default="shipped", help="a named configuration of the recipe: shipped, paper …"
    )
    sub.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="change fields of it")
    sub.add_argument("--device", default="auto")


def train(arguments: argparse.Namespace) -> int:
    """Train and save; the card's metrics are printed."""
    from engine.operations.training import train_system

    card = train_system(
        arguments.system,
        arguments.data,
        arguments.out,
        recipe=arguments.recipe,
        changes=arguments.set,
        device=arguments.device,
        command=f"lynceus-engine {shlex.join(arguments.words)}",
        progress=to_terminal,
    )
    print(json.dumps(card, indent=1))
    return DONE


def _evaluate(sub: argparse.ArgumentParser) -> None:
    from engine.evaluation.protocols import PROTOCOLS

    names = sub.add_subparsers(required=True, metavar="PROTOCOL", dest="protocol")
    for row in PROTOCOLS.values():
        one = _command(names, row.name, row.title, evaluate)
        one.add_argument("data", type=Path, metavar="DATA", help=row.data)
        only = row.accepted[0] if len(row.accepted) == 1 else None
        one.add_argument("--system", required=only is None, default=only, choices=row.accepted)
        one.add_argument("--weights", type=Path, help="instead of the shipped or active weights")
        one.add_argument(
            "--out", type=Path, metavar="FOLDER", help="save metrics.json, tables and plots there"
        )
        one.add_argument("--device", default="auto")
        for argument in row.arguments:
            _option(one, argument)


def _option(sub: argparse.ArgumentParser, argument: Argument) -> None:
    flag, default = f"--{argument.name.replace('_', '-')}", argument.default
    if isinstance(default, bool):
        sub.add_argument(flag, action="store_true", help=argument.help, dest=argument.name)
        return
    several = isinstance(default, tuple)
    kind = type(default[0]) if several and default else str if several else type(default)
    sub.add_argument(
        flag,
        type=kind,
        nargs="+" if several else None,
        default=default,
        choices=argument.choices or None,
        help=argument.help,
        dest=argument.name,
    )


def evaluate(arguments: argparse.Namespace) -> int:
    """Run a protocol and print its table."""
    from engine.evaluation.protocols import Request, protocol
    from engine.operations.evaluating import as_json
    from engine.operations.evaluating import evaluate as run

    row = protocol(arguments.protocol)
    given = {one.name: getattr(arguments, one.name) for one in row.arguments}
    request = Request(
        arguments.data,
        arguments.system,
        arguments.weights,
        arguments.out,
        arguments.device,
        row.options(**given),
    )
    report = run(row.name, request, to_terminal)
    print(report.text.rstrip() or as_json(report.metrics))
    return DONE


def _atlas(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("project")
    sub.add_argument("--name", default="lesions", help="under which the project keeps it")
    sub.add_argument("--most", type=int, default=1500, help="patches to cluster; more images are sampled")
    sub.add_argument("--preference", type=float, default=0.2, help="0-1; lower gives fewer clusters")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--device", default="auto")
    sub.add_argument("--database", metavar="URL")


def atlas(arguments: argparse.Namespace) -> int:
    """Build a lesion atlas; its sample and the sizes of its clusters are printed."""
    from engine.operations.atlas import build_atlas

    result = build_atlas(
        arguments.project,
        arguments.name,
        arguments.most,
        arguments.preference,
        arguments.seed,
        arguments.device,
        arguments.database,
        progress=to_terminal,
    )
    print(json.dumps(result))
    return DONE


def _models(sub: argparse.ArgumentParser) -> None:
    actions = sub.add_subparsers(required=True, metavar="ACTION")
    verify = _command(actions, "verify", "check a weights file wholly; exit 0 or 3", models_verify)
    verify.add_argument("file", type=Path)
    _command(actions, "list", "the shipped weights", models_list)
    card = _command(actions, "card", "print a model card as JSON", models_card)
    card.add_argument("file", type=Path)
    gate = _command(actions, "gate", "fit the no-finding and out-of-scope gate of chest weights", models_gate)
    gate.add_argument("file", type=Path)
    gate.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="what it was trained with")
    gate.add_argument("--device", default="auto")


def models(arguments: argparse.Namespace) -> int:
    """Never reached: argparse asks for an action."""
    raise WrongUsage("models needs an action", remedy="Use verify, list, card or gate.")


def models_verify(arguments: argparse.Namespace) -> int:
    """Check a weights file."""
    from engine import weights

    card = weights.verify(arguments.file)
    print(f"{arguments.file}: {card.system} {card.version}, {len(card.tensors)} tensors, sound")
    return DONE


def models_list(arguments: argparse.Namespace) -> int:
    """List shipped weights."""
    from engine import weights

    for row in SYSTEMS.values():
        if row.shipped_weights.is_file():
            card = weights.read_card(row.shipped_weights)
            images = "real images" if card.real_images else "phantoms only"
            size = row.shipped_weights.stat().st_size / 1e6
            print(f"{row.name:20} {card.version:6} {size:5.1f} MB  {images:14} {row.title}")
    return DONE


def models_card(arguments: argparse.Namespace) -> int:
    """Print a card without its tensor table."""
    from dataclasses import asdict

    from engine import weights

    card = asdict(weights.read_card(arguments.file))
    card.pop("tensors")
    print(json.dumps(card, indent=1))
    return DONE


def models_gate(arguments: argparse.Namespace) -> int:
    """Fit a gate, save it into the weights, print how good it is."""
    from engine.operations.evaluating import as_json
    from engine.operations.gating import add_gate

    print(as_json(add_gate(arguments.file, arguments.data, device=arguments.device, progress=to_terminal)))
    return DONE


def _demo(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", help="where images and project are made")
    sub.add_argument("--table", action="store_true", help="print the results of a demo that was built")


def demo(arguments: argparse.Namespace) -> int:
    """Build the demo project, or print its results."""
    from engine.operations.demo import build_demo, results_table

    if not arguments.table:
        build_demo(arguments.folder, progress=to_terminal)
    print(results_table(arguments.folder))
    return DONE


def to_terminal(done: int, total: int, text: str = "", **values: float) -> None:
    """Progress on one line of stderr, where a person watches it; silent in a pipe."""
    if not sys.stderr.isatty():
        return
    numbers = " ".join(f"{name} {value:.4g}" for name, value in values.items())
    end = "\n" if done >= total else ""
    print(f"\r\033[K{done}/{total} {text} {numbers}"[:160], end=end, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _opened(out: str) -> Iterator[TextIO]:
    if out == "-":
        yield sys.stdout
        return
    path = Path(out)
    try:
        with path.open("a", encoding="utf-8") as stream:
            yield stream
    except OSError as error:
        raise EngineError(
            f"the results cannot be written ({error.strerror})", path, "Choose another file."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
