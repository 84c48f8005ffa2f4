"""What is done with a cell's grain beside moving it, in one line."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import Translator
from ui.words.vocabulary import TREATMENTS, word

NO_BREAK = "\N{NO-BREAK SPACE}"


def acted(act: Mapping[str, Any] | None, t: Translator) -> str:
    """Write "16.2 % → 14 % · 10,000 kg in, 9,744 kg out", or what else of an API's `Act` applies."""
    said = {name: value for name, value in (act or {}).items() if value is not None}
    parts = _drying(said, t) if "freinte_kg" in said else []
    if "waste_kg" in said:
        parts.append(t.gettext("waste {kg}").format(kg=t.kg(said["waste_kg"])))
    parts += [
        f"{t.plain(said[name], 1)}{NO_BREAK}{unit}"
        for name, unit in (("hours", "h"), ("celsius", "°C"))
        if name in said
    ]
    if "product" in said:
        kind = word(TREATMENTS, said["treatment"], t.language)
        dose = f"{t.plain(said['dose'], 3)}{NO_BREAK}{said['unit']}"
        parts.append(f"{kind} · {said['product']} ({said['substance']}) {dose}")
    return " · ".join(parts)


def _drying(said: Mapping[str, Any], t: Translator) -> list[str]:
    moistures = (f"{t.plain(said[name], 1)}{NO_BREAK}%" for name in ("moisture_from", "moisture_to"))
    masses = t.gettext("{kg_in} in, {kg_out} out, {water} of water, {freinte} of shrinkage")
    weights = {"kg_in": "kg_in", "kg_out": "kg_out", "water": "water_kg", "freinte": "freinte_kg"}
    return [
        " → ".join(moistures),
        masses.format(**{name: t.kg(said[key]) for name, key in weights.items()}),
    ]
