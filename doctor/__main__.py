"""The console command `doctor`, and `python -m doctor`."""

import sys


def main() -> None:
    """Run the command line; where its extra is not installed, say which."""
    from doctor import location

    try:
        cli = location.module(location.part("cli.py"), "doctor.cli")
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        sys.exit(f"doctor: the command line needs {error.name}: pip install 'lambda-network-doctor[cli]'")
    try:
        sys.exit(cli.run())
    except Exception as error:  # noqa: BLE001 - a traceback would show what the exception carries, unmasked
        from doctor.redact import brief
        from doctor.render.plain_text import visible

        sys.stderr.write(f"doctor: could not complete: {visible(brief(error))}\n")
        sys.exit(3)  # inconclusive


if __name__ == "__main__":
    main()
