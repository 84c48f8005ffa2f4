"""What the desk decides by, from the site file."""

from datetime import timedelta

from station.acts.desk import Keeping, Masters, SitePolicy, TreatmentProduct, Watching
from station.acts.printers import Printer
from station.grain.asking import PhotoRule
from station.site.file import SiteSettings


def policy_of(settings: SiteSettings) -> SitePolicy:
    return SitePolicy(
        site=settings.site.id,
        site_name=settings.site.name,
        campaign=settings.site.campaign,
        open_campaigns=tuple(dict.fromkeys((settings.site.campaign, *settings.site.open_campaigns))),
        regime=settings.site.regime.value,
        organisation=settings.site.receiver,
        language=settings.site.language,
        timezone=settings.site.timezone,
        day_starts=settings.site.day_starts,
        pairing_window=timedelta(minutes=settings.intake.pairing_window_min),
        pairing=settings.pairing.model_dump(mode="json", exclude_defaults=True),
        instrument_order={analyte: tuple(ids) for analyte, ids in settings.order.items()},
        barcode_pattern=settings.intake.barcode,
        net_share=settings.intake.net_share,
        minimum_kg=settings.weighing.minimum_kg,
        products={name: species.value for name, species in settings.products.items()},
        species=tuple(species.value for species in settings.site.species),
        override_reasons=tuple(settings.intake.override_reasons),
        refusal_reasons=tuple(settings.intake.refusal_reasons),
        own_analytes=tuple(entry.model_dump(mode="json") for entry in settings.analytes),
        own_species=tuple(entry.model_dump(mode="json") for entry in settings.species),
        own_claims=tuple(entry.model_dump(mode="json") for entry in settings.claims),
    )


def keeping_of(settings: SiteSettings) -> Keeping:
    said = settings.retained
    return Keeping(
        places=tuple(said.places),
        parts=said.parts,
        days=said.days,
        dispute_days=said.dispute_days,
        random_share=said.random_share,
    )


def asking_of(settings: SiteSettings) -> PhotoRule:
    said = settings.photo
    return PhotoRule(
        share=said.share,
        species=frozenset(species.value for species in said.species),
        doubt=frozenset(said.doubt),
        dispute=said.dispute,
        sure=said.sure,
    )


def watching_of(settings: SiteSettings) -> Watching:
    return Watching(**settings.quality.model_dump())


def printers_of(settings: SiteSettings) -> tuple[Printer, ...]:
    return tuple(
        Printer(
            id=one.id,
            kind=one.kind,
            target=one.queue or one.port or "",
            paper=one.paper,
            tray=one.tray or "",
            copies=one.copies,
            answers=one.answers,
            prints=frozenset(one.prints),
            automatic=frozenset(one.automatic),
            late_after=timedelta(minutes=one.late_after_min),
        )
        for one in settings.printers
    )


def treatments_of(settings: SiteSettings) -> tuple[TreatmentProduct, ...]:
    return tuple(TreatmentProduct(**one.model_dump()) for one in settings.treatments)


def masters_of(settings: SiteSettings) -> Masters:
    return Masters(**settings.masters.model_dump())
