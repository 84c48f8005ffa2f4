"""Rule packs: TOML text in, checked values out (`station/rules/README.md` shows the format)."""

from station.grain.grades import Criterion, Grade, RulePack, pack_at, packs_at
from station.grain.rules.new_packs import check_claims
from station.grain.rules.problems import RulePackError
from station.grain.rules.reading import parse_rule_pack, read_new_pack

__all__ = [
    "Criterion",
    "Grade",
    "RulePack",
    "RulePackError",
    "check_claims",
    "pack_at",
    "packs_at",
    "parse_rule_pack",
    "read_new_pack",
]
