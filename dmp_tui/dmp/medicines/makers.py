"""Generics as French records write them: the substance, then who makes it ("ROSUVASTATINE EG 5 mg")."""

from dmp_tui.dmp.identity import fold

_MAKERS = frozenset(
    word
    for row in (
        "ACCORD HEALTHCARE ACTAVIS AGUETTANT AHCL ALMUS ALTER AP HP ARISTO ARROW GENERIQUES LAB LABO",
        "AUROBINDO BAXTER BGR BIOGARAN BIOSEDRA BIPHAR BLUEFISH BOUCHARA RECORDATI BRAUN CHOAY CONSEIL COOPER",
        "CRISTERS EG ETHYPHARM EVOLUGEN FRANCE FRESENIUS KABI GERDA GMBH GNR GSK HCS HOSPIRA ISOMED KRKA",
        "LAVOISIER MACOPHARMA MEDAC MEDICATION OFFICINALE MERCK MYLAN PHARMA NEPENTHES NORGINE PANMEDICA",
        "PANPHARMA PFIZER PHR PROAMP QUALIMED QUIVER RANBAXY RATIO RATIOPHARM REDDY REF RENAUDIN RPG SANDOZ",
        "SANOFI SERB SUN TEVA SANTE TILLOMED TORRENT UPSA VIATRIS WINTHROP ZENTIVA ZF ZYDUS",
    )
    for word in row.split()
)
"""Words of the firms that make the generics of the BDPM (11/2019), and of a few that came later."""
_SLOW = frozenset({"LP", "L", "P", "B"})
"""Slow release, and the initial of B. Braun: beside them."""


def without_maker(name: str) -> str:
    """The folded name before the firm and "LP"; empty where there is none, or nothing before it."""
    words = fold(name).split()
    kept = len(words)
    while kept and words[kept - 1] in _MAKERS | _SLOW:
        kept -= 1
    return " ".join(words[:kept]) if kept < len(words) else ""
