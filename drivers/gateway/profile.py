"""What the profiles of all gateways share: a head, and how named fields become a reading.

The sections [profile], [values.*], [numbers], [flags.*], [stability], [time], [texts] and [duplicates]
are those of `drivers.generic`; where the fields come from is told by each gateway's own sections.
"""

from dataclasses import dataclass

from drivers.generic.head import Head, read_head
from drivers.generic.profile import find_profile
from drivers.generic.results import Results, read_results
from drivers.generic.tables import Table, read_toml


@dataclass(frozen=True, slots=True)
class Shared:
    """`whole` still has the gateway's own sections to be read; then call `done`."""

    whole: Table
    head: Head
    results: Results

    def done(self, fields: set[str]) -> None:
        """SettingError for a section that means nothing, or a field that nothing fills."""
        self.whole.done()
        for name in self.results.sources():
            if name not in fields:
                known = ", ".join(sorted(fields))
                raise self.whole.wrong("values", f"field {name!r} is filled by nothing; fields: {known}")


def read_shared(name: str, folder: str) -> Shared:
    """`name`: a file, or a profile that ships in `drivers/profiles/<folder>`. SettingError."""
    whole = read_toml(find_profile(name, folder))
    head = read_head(whole.table("profile", required=True))
    return Shared(whole, head, read_results(whole, head))
