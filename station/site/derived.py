"""From the site file to what the desk and the ledger know: policy, reference records, rule packs."""

from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from drivers.errors import SettingError
from drivers.kind import Kind
from drivers.registry import make_protocol
from station.acts.desk import SitePolicy
from station.receival.wiring import Wiring
from station.signing import PublicKey, SignatureError, parse_public_key
from station.site.file import Instrument, SiteSettings, opening_values
from station.site.reference import CellSite, InstrumentSite, LineSite, SiteFile
from station.site.settings import Problem, SettingsError


def policy_of(settings: SiteSettings) -> SitePolicy:
    return SitePolicy(
        site=settings.site.id,
        site_name=settings.site.name,
        campaign=settings.site.campaign,
        language=settings.site.language,
        timezone=settings.site.timezone,
        pairing_window=timedelta(minutes=settings.intake.pairing_window_min),
        instrument_order={analyte: tuple(ids) for analyte, ids in settings.order.items()},
        net_share=settings.intake.net_share,
        products={name: species.value for name, species in settings.products.items()},
        species=tuple(species.value for species in settings.site.species),
        override_reasons=tuple(settings.intake.override_reasons),
        refusal_reasons=tuple(settings.intake.refusal_reasons),
    )


def protocol_of(instrument: Instrument, file: Path) -> Kind:
    """What the instrument speaks; a profile that lies beside the site file is found there. Raises
    SettingError."""
    words = {key: str(value) for key, value in instrument.settings.items()}
    beside = file.parent / words.get("profile", "")
    if beside.is_file():
        words["profile"] = str(beside)
    return make_protocol(instrument.driver, words)


def rewired(section: Instrument, wiring: Wiring) -> Instrument:
    """The section as the site file would say it of an instrument that is read so. Raises SettingError."""
    said = section.model_dump() | {
        "driver": wiring.driver, "port": wiring.address, "settings": dict(wiring.settings),
    }  # fmt: skip
    if wiring.driver != section.driver:
        del said["silent_after_s"]  # it was said of the other one
    try:
        return Instrument.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def reference_of(settings: SiteSettings, file: Path) -> SiteFile:
    return SiteFile(
        cells=tuple(
            CellSite(
                id=cell.id,
                name=cell.name,
                species=cell.species.value if cell.species else None,
                grade=cell.grade,
                claims=tuple(claim.value for claim in cell.claims),
                role=cell.role,
                open=cell.open,
                capacity_kg=cell.capacity_t * 1000,
                opening_kg=cell.opening_t * 1000,
                opening=opening_values(cell),
            )
            for cell in settings.cells
        ),
        pits={pit.id: pit.name for pit in settings.pits},
        lines=tuple(LineSite(ln.id, ln.name, tuple(ln.pits), tuple(ln.cells)) for ln in settings.lines),
        instruments=tuple(
            InstrumentSite(
                id=instrument.id,
                name=instrument.name,
                driver=instrument.driver,
                category=protocol_of(instrument, file).category,
                port=instrument.port,
                serial_number=instrument.serial_number,
                asset_tag=instrument.asset_tag,
                verified_until=instrument.verified_until,
                uncertainty={analyte.value: u for analyte, u in instrument.uncertainty.items()},
                grain_low_c=instrument.grain_temperature_c[0] if instrument.grain_temperature_c else None,
                grain_high_c=instrument.grain_temperature_c[1] if instrument.grain_temperature_c else None,
                settings=instrument.settings,
            )
            for instrument in settings.instruments
        ),
        suppliers=tuple((supplier.name, supplier.external_id) for supplier in settings.suppliers),
    )


def trusted_keys(settings: SiteSettings, file: Path) -> list[PublicKey]:
    """The public keys that the site file trusts. Raises SettingsError for one that cannot be read."""
    keys = []
    for index, name in enumerate(settings.vision.trusted_keys):
        try:
            keys.append(parse_public_key((file.parent / name).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, SignatureError) as error:
            where = f"vision.trusted_keys[{index}]"
            raise SettingsError([Problem(file, where, f"{name}: {error}")]) from None
    return keys


def rule_pack_texts(settings: SiteSettings, file: Path) -> list[str]:
    """The rule packs that the site file names. Raises SettingsError for one that is not there."""
    texts = []
    for index, name in enumerate(settings.site.rule_packs):
        try:
            texts.append((file.parent / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise SettingsError([Problem(file, f"site.rule_packs[{index}]", str(error))]) from None
    return texts
