"""`python -m salestargets.launcher run | exec | provision | messages`: see `--help`."""

import argparse
import os
import sys

import psycopg2

from salestargets.launcher import messages
from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.execute import execute
from salestargets.launcher.folder import data_folder, held, secret
from salestargets.launcher.provision import find_logins
from salestargets.launcher.run import run
from salestargets.launcher.setup import migrate

INTERRUPTED = 130


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return _do(arguments)
    except LauncherError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except (OSError, psycopg2.Error) as problem:  # a full disk, a server that went away
        sys.stderr.write(f"{type(problem).__name__}: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _do(arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "run":
            return _run()
        case "exec":
            return execute(
                arguments.command, os.environ, fresh=arguments.fresh, tables=not arguments.no_migrate
            )
        case "provision":
            return _provision()
        case _:
            return _messages(arguments.what)


def _run() -> int:
    try:
        run(os.environ)
    except KeyboardInterrupt:  # the ordinary end
        say("Stopped. The data is kept.")
    return 0


def _provision() -> int:
    folder = data_folder(os.environ)
    with held(folder):
        logins = find_logins(os.environ, password_of=lambda kind: secret(folder, f"database_{kind}"))
        migrate(folder, {**os.environ, **logins.environment()})
    say("The database is ready.")
    return 0


def _messages(what: str) -> int:
    lines = messages.extract() if what == "extract" else [str(path) for path in messages.compile_all()]
    for line in lines:
        say(line)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m salestargets.launcher", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("run", help="run everything until Ctrl-C")
    execute_parser = actions.add_parser("exec", help="run one command with the servers up")
    execute_parser.add_argument(
        "--fresh", action="store_true", help="with a database of its own, gone afterwards"
    )
    execute_parser.add_argument("--no-migrate", action="store_true", help="leave the tables as they are")
    execute_parser.add_argument("command", nargs="+", metavar="-- COMMAND")
    actions.add_parser("provision", help="make roles, database and tables on the server of the environment")
    messages_parser = actions.add_parser("messages", help="message catalogues")
    messages_parser.add_argument("what", choices=["extract", "compile"])
    return parser


if __name__ == "__main__":
    sys.exit(main())
