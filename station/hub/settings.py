"""The hub's file: which database, where it listens, where photos lie. Paths are relative to the file."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from station.grain.freinte import USUAL_PERCENT
from station.hub.ring_rule import Rule, StopRule
from station.post.voting import Limits
from station.setting_problems import SettingsError, problem_of, read_toml

Role = Literal["quality", "logistics", "silo_manager", "technician", "director"]
# encrypted, but on this very machine
_SAFE = r"https://[^\s@?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^\s@?#]*)?"
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _written(code: str, pattern: str) -> AfterValidator:
    """Return a check whose problem has words of its own: nobody is shown a regular expression."""

    def checked(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise PydanticCustomError(code, "is written otherwise")
        return text

    return AfterValidator(checked)


class S3Settings(BaseModel):
    """How a bucket is reached. The secret of `key_id` lies in `secret_file`, relative to the hub's file; both
    may come with the environment instead (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY). Without `endpoint` it is
    Amazon's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: Annotated[str, _written("web_address", r"https?://[^@/]+")] | None = None
    region: Text = "us-east-1"
    key_id: Text | None = None
    secret_file: Text | None = None


_LIMITS, _STOP = Limits(), StopRule()
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class VoteLimits(BaseModel):
    """What a station may find overnight before it votes no, as shares; see `station.post.voting.Limits`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    most_regraded: Share = _LIMITS.most_regraded
    most_refusals: Share = _LIMITS.most_refusals
    most_abstentions: Share = _LIMITS.most_abstentions
    most_disagreement: Share = _LIMITS.most_disagreement
    most_errors: Share = _LIMITS.most_errors


class RollOutSettings(BaseModel):
    """How a roll-out goes on, and what stops it, where whoever sends says nothing else; see
    `station.hub.ring_rule`. `vote`: the limits of a station's vote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: Annotated[int, Field(ge=0, le=24 * 365)] = 24
    votes: bool = True
    least_yes: Annotated[int, Field(ge=0)] = 1
    most_refusals: Annotated[int, Field(ge=0)] = _STOP.most_refusals
    most_abstentions: Share = _STOP.most_abstentions
    most_disagreement: Share = _STOP.most_disagreement
    most_worker_deaths: Annotated[int, Field(ge=0)] = _STOP.most_worker_deaths
    least_captures: Annotated[int, Field(ge=1)] = _STOP.least_captures
    vote: VoteLimits = VoteLimits()

    def rule(self, *, at_once: bool = False) -> Rule:
        stop = {name: getattr(self, name) for name in StopRule.__dataclass_fields__}
        return Rule(self.hours, at_once, StopRule(**stop), self.votes, self.least_yes)


class ShipmentSettings(BaseModel):
    """Which shipments between own silos are listed: those that lost more than `freinte_percent` on the road,
    and those that are under way for longer than `overdue_hours`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    freinte_percent: Annotated[float, Field(ge=0, le=100)] = USUAL_PERCENT
    overdue_hours: Annotated[float, Field(gt=0, le=8760)] = 24.0


class OidcSettings(BaseModel):
    """How people sign in with the organisation's accounts (OpenID Connect). `address` is where browsers find
    headquarters: the provider sends them back to `address`/provider/back. `roles_claim` names the claim that
    lists a person's groups, its parts parted by dots; `roles` says which role a group gives. Without `roles`
    only those get in whom `silo hub person add --account` knows. The secret lies in a file by this one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, _written("web_address", _SAFE)]
    client_id: Text
    client_secret_file: Text | None = None
    address: Annotated[str, _written("web_address", _SAFE)]
    scopes: tuple[Text, ...] = ("openid", "profile", "email")
    roles_claim: Text = "groups"
    roles: dict[str, Role] = Field(default_factory=dict)


class HubSettings(BaseModel):
    """`database` is an address of PostgreSQL (`postgresql://user@host/name`); the password comes from the
    environment (PGPASSWORD, a service file) or stands in the address. `photos` is `file:FOLDER` or
    `s3://BUCKET/PREFIX`. Copies listen at `host` and `port`; TLS is nginx's, in front of them.
    `trusted_keys` are the public keys (minisign), relative to the file, whose model bundles are tried.
    `metrics`: each copy answers /metrics, to whom nginx lets through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text = "Silo"
    database: Annotated[str, _written("database_address", r"postgresql(\+psycopg)?://.*")]
    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8400
    photos: Annotated[str, _written("photo_place", r"file:.+|s3://[^/@]+(/[^@]*)?")] = "file:photos"
    s3: S3Settings = S3Settings()
    trusted_keys: tuple[Text, ...] = ()
    roll_outs: RollOutSettings = RollOutSettings()
    metrics: bool = False
    shipments: ShipmentSettings = ShipmentSettings()
    language: Literal["fr", "en"] = "fr"
    oidc: OidcSettings | None = None

    @property
    def address(self) -> str:
        """The database's address as SQLAlchemy writes it."""
        return self.database.replace("postgresql://", "postgresql+psycopg://", 1)


def load_hub_settings(file: Path) -> HubSettings:
    """Raises SettingsError with everything that is wrong."""
    content = read_toml(file, "examples/hub.toml")
    try:
        return HubSettings.model_validate(content)
    except ValidationError as error:
        raise SettingsError([problem_of(file, dict(each)) for each in error.errors()]) from None
