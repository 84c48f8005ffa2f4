"""The profiles of all gateways share a head, and how named fields become a reading.

The sections [profile], [values.*], [numbers], [flags.*], [stability], [time], [texts] and [duplicates]
are those of `drivers.generic`; where the fields come from is told by each gateway's own sections.
"""

from dataclasses import dataclass

from drivers.generic.head import Head, read_head
from drivers.generic.profile import find_profile
from drivers.generic.results import Results, read_results
from drivers.generic.tables import Table, read_toml


@dataclass(frozen=True, slots=True)
class SharedSections:
    """`whole` still has the gateway's own sections to be read; then call `refuse_unread`."""

    whole: Table
    head: Head
    results: Results

    def refuse_unread(self, fields: set[str]) -> None:
        """Raise SettingError for a section that means nothing, or a field that nothing fills."""
        self.whole.refuse_unread()
        for name in self.results.sources():
            if name not in fields:
                known = ", ".join(sorted(fields))
                raise self.whole.error("values", f"field {name!r} is filled by nothing; fields: {known}")


def read_shared_sections(name: str, folder: str) -> SharedSections:
    """`name`: a file, or a profile that ships in `drivers/profiles/<folder>`. SettingError."""
    whole = read_toml(find_profile(name, folder))
    head = read_head(whole.table("profile", required=True))
    return SharedSections(whole, head, read_results(whole, head))
