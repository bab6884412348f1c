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
    sys.exit(cli.run())


if __name__ == "__main__":
    main()
