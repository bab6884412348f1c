"""The console command `doctor`, and `python -m doctor`."""

import os
import sys

_USAGE, _INCONCLUSIVE, _INTERRUPTED = 2, 3, 130


def main() -> None:
    """Run the command line and exit with its code. Whatever goes wrong is one line: a traceback's 1 reads "unhealthy"."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _said("interrupted, nothing was decided", _INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a traceback would show what the exception carries, unmasked
        code = _said(f"internal error: {_masked(error)}", _INCONCLUSIVE)
    if not _delivered() and code < _USAGE:
        code = _INCONCLUSIVE
    sys.exit(code)


def _run() -> int:
    _prepare_streams()
    if sys.flags.optimize > 1:
        return _said("its documentation is its docstrings, and `python -OO` drops them: run it without -OO", _USAGE)
    from doctor import location

    try:
        cli = location.module(location.part("cli.py"), "doctor.cli")
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        return _said(f"the command line needs {error.name}: pip install 'lambda-network-doctor[cli]'", _USAGE)
    return int(cli.run())


def _prepare_streams() -> None:
    """No encoding may refuse a character, and no socket may be given the number of a closed stream."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            # Writing to a standard output that is closed must fail, not vanish.
            flags = os.O_WRONLY if name == "stderr" else os.O_RDONLY
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if callable(reconfigure := getattr(stream, "reconfigure", None)):
            reconfigure(errors="backslashreplace")


def _delivered() -> bool:
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # Python flushes again as it ends, and would say so
        return False
    return True


def _said(message: str, code: int) -> int:
    try:
        sys.stderr.write(f"doctor: {message}\n")
        sys.stderr.flush()
    except OSError:
        pass  # the code is what is left to say it
    return code


def _masked(error: Exception) -> str:
    from doctor.redact import brief
    from doctor.render.plain_text import visible

    return visible(brief(error))


if __name__ == "__main__":
    main()
