"""What a phone is told of a label and of its photos."""

from collections.abc import Sequence

from ui.words.i18n import N_, Translator

_TITLES = {
    "counts": N_("This photo counts."),
    "shown": N_("This photo is good. It is shown with the load, and changes no value."),
    "refused": N_("This photo does not count: take another."),
    "pending": N_("The photo is kept. It is being judged."),
    "no_model": N_("The photo is kept. No model judges it, so it counts for nothing."),
    "unpaired": N_("The photo is kept. Somebody at the terminal says which load it is of; then it counts."),
    "decided": N_("The photo is kept. Its load was decided before, so it changes nothing."),
    "no_load": N_("The photo is kept. It is of a sample without a load."),
}


def phone_name(t: Translator) -> str:
    """What a phone is called that nobody named."""
    return t.gettext("phone")


def capture_title(state: str, t: Translator) -> str:
    return t.gettext(_TITLES[state])


def label_text(seen: Sequence[str], barcode: str | None, plate: str | None, t: Translator) -> str:
    """What a photo of a label says: `barcode` is a sample's by its look, of the load with this plate."""
    if barcode is not None and plate is not None:
        return t.gettext("{barcode}: {plate}").format(barcode=barcode, plate=plate)
    if barcode is not None:
        text = t.gettext(
            "No load on site has the sample {barcode}. Its photo is kept until somebody assigns it."
        )
        return text.format(barcode=barcode)
    if seen:
        text = t.gettext("“{text}” is no sample's barcode. Photograph the sample's own label.")
        return text.format(text=seen[0])
    return t.gettext("No barcode can be read. Hold the phone nearer, straight and still, or type it.")
