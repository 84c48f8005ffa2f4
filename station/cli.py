"""The command line `silo`."""


def main() -> None:
    raise SystemExit("silo: no command yet")
