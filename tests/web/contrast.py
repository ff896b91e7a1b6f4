"""How well colours can be told from one another (WCAG 2.2)."""

import re


def schemes(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the colours of a style by their names, by day and by night."""
    day, night = css.split("prefers-color-scheme: dark", 1)
    parts = (day, night.split("\n}\n", 1)[0])
    by_day, by_night = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in parts)
    return by_day, by_night


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
