"""What a shell reads to complete the words of drsim."""

from __future__ import annotations

from typing import Final

import click

SHELLS: Final = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete drsim's words.

    In the start-up file of the shell: eval "$(drsim completion bash)", the same with zsh, or drsim completion fish | source.
    """
    from drsim.completion import script

    click.echo(script(ctx.find_root().command, shell))
