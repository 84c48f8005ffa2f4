"""Rule packs: installed, tried, and decided by again."""
