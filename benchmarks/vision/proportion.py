"""95 % limits of a proportion (Wilson's score interval)."""

Z = 1.959964


def wilson(hits: int, of: int) -> list[float]:
    """Low and high, rounded; 0 and 1 where nothing was counted."""
    if of == 0:
        return [0.0, 1.0]
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    reach = Z / (1 + spread) * (share * (1 - share) / of + spread / (4 * of)) ** 0.5
    return [round(max(0.0, middle - reach), 4), round(min(1.0, middle + reach), 4)]
