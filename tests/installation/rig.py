"""A site file of the example, changed as a test needs it."""

from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
NIR = 'port = "mqtt://127.0.0.1:1883/silo/nir"'


def write_site(folder: Path, **changes: str) -> Path:
    """`changes`: what the value of a line in the example is instead; `nir`: the lines of the NIR's port."""
    text = (EXAMPLES / "site.toml").read_text(encoding="utf-8")
    lines = {"nir": NIR, "port": "port = 8321", "data": 'data = "data"', "gac": "tcp:10.0.0.12:1470"}
    for name, value in changes.items():
        assert lines[name] in text
        text = text.replace(lines[name], value)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text((EXAMPLES / "rules.toml").read_text(encoding="utf-8"))
    file = folder / "site.toml"
    file.write_text(text)
    return file


def nir_at(port: int) -> str:
    """The NIR's port at a broker where nobody is anonymous."""
    return f'port = "mqtt://silo@127.0.0.1:{port}/silo/nir"\npassword_file = "broker.password"'
