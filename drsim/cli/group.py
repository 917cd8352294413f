"""The group of all commands, and how a command ends.

Exit codes: 0, 2 for input that breaks a rule, 130 for an interrupt, 1 for anything else that went wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import click

from drsim.cli.lines import for_terminal
from drsim.errors import DrsimError, InputError, Problem, did_you_mean

OK, FAILED, INVALID, INTERRUPTED = 0, 1, 2, 130


class Commands(click.Group):
    """The group of all commands; it turns every problem into a message and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run the command that the arguments name; a command gives its exit code, None for 0."""
        try:
            code = self._code(*args, **extra)
        except KeyboardInterrupt:  # again, while the first was being dealt with
            code = say("interrupted", INTERRUPTED)
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader of its output who has had enough is no problem."""
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _nobody_reads()
            return OK
        return found

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            invoke: Callable[..., Any] = super().main
            code = invoke(*args, standalone_mode=False, **extra)
        except click.Abort:
            return say("interrupted", INTERRUPTED)
        except click.UsageError as error:
            name = error.ctx.command_path if error.ctx is not None else "drsim"
            return say(f"{name}: {error.format_message()}\n  {name} --help shows what it takes", INVALID)
        except click.ClickException as error:
            return say(error.format_message(), error.exit_code)
        except DrsimError as error:
            return say(str(error), error.exit_code)
        except OSError as error:
            if error.filename is None:  # of what drsim opens itself the name is known
                _nobody_reads()
                return say(
                    f"standard output cannot be written: {error.strerror}\n  make room, or send it elsewhere", FAILED
                )
            return say(str(error), FAILED)
        return code if isinstance(code, int) else OK

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is refused with the nearest spelling."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            if ctx.resilient_parsing:  # a shell asks what could be next: nothing, and it is not told why
                return args[0], click.Command(args[0], add_help_option=False), args[1:]
            refuse(f"there is no command '{args[0]}'", did_you_mean(args[0], self.commands))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order in which one meets them."""
        return list(self.commands)


def say(text: str, code: int) -> int:
    """Say something on standard error, and give the code to end with."""
    with suppress(OSError, ValueError):  # nobody can be told
        if sys.stderr is not None:  # written to as it is, so that a bar that is drawn there makes room
            print(for_terminal(text, sys.stderr), file=sys.stderr, flush=True)
    return code


def _nobody_reads() -> None:
    """Standard output was closed by its reader: leave without a word."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())


def refuse(rule: str, hint: str | None = None) -> NoReturn:
    """End with a rule that was broken, and the next move."""
    raise InputError([Problem(rule, hint=hint)])
