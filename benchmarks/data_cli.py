"""`dplbench data ...`: making datasets."""

from pathlib import Path
from typing import Annotated

import typer

from dpl.errors import ConfigurationError

data = typer.Typer(help="Build datasets from raw reviews, and look into them.", no_args_is_help=True, rich_markup_mode=None)


@data.command()
def build(
    out: Annotated[Path, typer.Option(help="The folder to write; an earlier build there is replaced.")],
    reviews: Annotated[list[str] | None, typer.Option(help="JSONL, plain, .gz or .zst, local or hf://...; repeatable.")] = None,
    meta: Annotated[list[str] | None, typer.Option(help="The items, likewise; repeatable.")] = None,
    category: Annotated[str | None, typer.Option(help="Instead of files: a category of Amazon Reviews'23 on the hub.")] = None,
    rules: Annotated[str, typer.Option(help="full, as published, or light, for sparse data.")] = "full",
    min_description: Annotated[int | None, typer.Option(help="Code points of an item's description, at least.")] = None,
    max_description: Annotated[int | None, typer.Option(help="And at most.")] = None,
    min_text: Annotated[int | None, typer.Option(help="Code points of a review, at least.")] = None,
    min_item_users: Annotated[int | None, typer.Option(help="Users of an item, at least.")] = None,
    min_user_reviews: Annotated[int | None, typer.Option(help="Reviews of a user, at least.")] = None,
    max_user_reviews: Annotated[int | None, typer.Option(help="And at most.")] = None,
    held_out: Annotated[int | None, typer.Option(help="Newest reviews of a user that are inputs, not profile.")] = None,
    min_profile_item_users: Annotated[int | None, typer.Option(help="Profile users of an item, at least.")] = None,
    min_profile_reviews: Annotated[int | None, typer.Option(help="Reviews of a profile, at least.")] = None,
    min_peers: Annotated[int | None, typer.Option(help="Light rules: other reviewers of an item, at least, to compare with.")] = None,
    keep_paragraphs: Annotated[bool, typer.Option("--keep-paragraphs", help="Leave white space inside texts as it is.")] = False,
    skip_bad_lines: Annotated[int, typer.Option(help="Lines that may be damaged.")] = 0,
    allow_truncated: Annotated[bool, typer.Option("--allow-truncated", help="Use what is there of files that end too early.")] = False,
) -> None:
    """Make benchmark rows from raw Amazon Reviews by the published rules."""
    from benchmarks.building.build import build as build_rows
    from benchmarks.building.build import hub_files
    from benchmarks.building.raw import Tolerance
    from benchmarks.building.rules import rules as chosen
    from benchmarks.console import say_built, telling

    if category and not (reviews or meta):
        (reviews, meta) = ([file] for file in hub_files(category))
    if not reviews or not meta:
        raise ConfigurationError("data build: give --reviews FILE and --meta FILE, or --category NAME alone")
    used = chosen(
        rules,
        min_description=min_description,
        max_description=max_description,
        min_text=min_text,
        min_item_users=min_item_users,
        min_user_reviews=min_user_reviews,
        max_user_reviews=max_user_reviews,
        held_out=held_out,
        min_profile_item_users=min_profile_item_users,
        min_profile_reviews=min_profile_reviews,
        min_peers=min_peers,
        keep_paragraphs=keep_paragraphs or None,
    )
    tolerance = Tolerance(skip_bad_lines, allow_truncated)
    with telling("building") as tell:
        counts = build_rows(reviews, meta, out, used, tolerance, tell)
    say_built(counts, out)


DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="As in an experiment: sample, amazon:DIR, csv:FILE.")]


@data.command()
def audit(dataset: DatasetArgument) -> None:
    """Look for leaks and oddities; exit code 10 if there is a leak."""
    from benchmarks.auditing import audit as look
    from benchmarks.console import say_audit
    from benchmarks.datasets import load_dataset

    if not say_audit(look(load_dataset(dataset))):
        raise typer.Exit(10)


@data.command()
def describe(
    dataset: DatasetArgument,
    out: Annotated[Path | None, typer.Option(help="Also draw the distributions, into this folder.")] = None,
) -> None:
    """Say how large a dataset is, and how its sizes are distributed."""
    from benchmarks.console import say_description, say_files
    from benchmarks.datasets import load_dataset
    from benchmarks.description import describe as described
    from benchmarks.description import sizes, totals
    from reports.plots import plot_distributions

    loaded = load_dataset(dataset)
    say_description(totals(loaded), described(loaded))
    if out is not None:
        say_files(plot_distributions(sizes(loaded), out))
