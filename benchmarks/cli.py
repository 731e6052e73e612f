"""The command line, `dplbench`. What a command needs is imported by the command, so that help answers at once."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from benchmarks.data_cli import data
from dpl.errors import DPLError

app = typer.Typer(
    name="dplbench",
    help="Does difference-aware personalization make a language model write more like a given person, at what cost, how sure is it?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(data, name="data")

INTERRUPTED = 130
RunFolderArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(help="The name of a shipped experiment, or a YAML file.")] = "quickstart",
    dataset: Annotated[list[str] | None, typer.Option(help="Instead of the experiment's; repeatable.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="LiteLLM model id, or local/...; repeatable.")] = None,
    method: Annotated[list[str] | None, typer.Option(help="Such as dpl:n=4,k=2; repeatable.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Repeatable.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where copies of DPL-main and DPL-meta are, for dpl/... datasets.")] = None,
    limit: Annotated[int | None, typer.Option(help="Samples of each dataset, at most.")] = None,
    replicates: Annotated[int | None, typer.Option(help="Repetitions of every sample.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Samples worked on at once.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Answer from the response store alone.")] = False,
    store: Annotated[Path | None, typer.Option(help="The response store; default OUT/responses.sqlite.")] = None,
    out: Annotated[Path, typer.Option(help="Where run folders are made.")] = Path("runs"),
    assign: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other setting; repeatable.")] = None,
) -> None:
    """Run an experiment, or what is left of it, and report."""
    from benchmarks.console import Display
    from benchmarks.experiment import assigned, read_settings
    from benchmarks.run import run as run_experiment

    given = {
        "datasets": dataset,
        "models": model,
        "methods": method,
        "metrics": metric,
        "limit": limit,
        "replicates": replicates,
        "concurrency": concurrency,
    }
    settings = read_settings(experiment) | {name: value for name, value in given.items() if value is not None}
    settings = assigned(settings, assign or ())
    if data_dir is not None:
        settings["datasets"] = [f"{name}:{data_dir}" if name.startswith("dpl/") else name for name in settings.get("datasets", ())]
    with Display() as display:
        done = run_experiment(settings, out=out, store=store, offline=offline, progress=display.progress)
    display.report(done)
    if not done.within_error_rate:
        raise typer.Exit(5)


@app.command()
def score(
    run: Annotated[Path | None, typer.Argument(metavar="[RUN]", help="A run folder.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Beside those the run has; repeatable.")] = None,
    predictions: Annotated[Path | None, typer.Option(help="Score a JSONL file of id, prediction, reference instead.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --predictions: a CSV of id, metric, value.")] = None,
) -> None:
    """Score a run again, perhaps with more metrics, or any system's output; calls no model."""
    from benchmarks.console import say_files, say_summary
    from benchmarks.predictions import score_file
    from benchmarks.run import score_again
    from benchmarks.runs import RunFolder

    if (run is None) == (predictions is None):
        raise typer.BadParameter("give either a run folder or --predictions FILE")
    if run is not None:
        folder = RunFolder(run)
        score_again(folder, metric or ())
        say_summary(folder)
    elif predictions is not None:
        target = out or predictions.with_suffix(".scores.csv")
        score_file(predictions, metric or (), target)
        say_files([target])


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.")],
    format: Annotated[str, typer.Option(help="Any of html, md, csv, joined by commas.")] = "html,md,csv",
) -> None:
    """Write the page, tables and figures of scored runs again, and show the table."""
    from benchmarks.console import say_files, say_summary
    from benchmarks.report import write_report
    from benchmarks.runs import RunFolder

    for path in runs:
        folder = RunFolder(path)
        files = write_report(folder, [name.strip() for name in format.split(",")])
        say_summary(folder)
        say_files(files)


@app.command("list")
def list_(
    what: Annotated[Literal["datasets", "methods", "metrics", "experiments"], typer.Argument(help="What to list.")],
) -> None:
    """List what can be named in an experiment."""
    from benchmarks.console import say_catalogue

    say_catalogue(what)


@app.command()
def doctor(
    model: Annotated[list[str] | None, typer.Option(help="Check that these can be asked; repeatable.")] = None,
) -> None:
    """Check what this machine has, and say how to get what is missing."""
    from benchmarks.console import say_findings
    from benchmarks.doctor import examine

    if not say_findings(examine(model or ())):
        raise typer.Exit(3)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Runs the command line; the exit codes are those of the design."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="dplbench")
    except DPLError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"dplbench: {line}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"dplbench: {error}; make room or give another place with --out and --store, what was finished is kept\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("dplbench: stopped; what was finished is kept, and the same command goes on from there\n")
        sys.exit(INTERRUPTED)
