"""What a site decides of its server; defaults are the safe ones."""

from dataclasses import dataclass, field

from dmp_tui.dmp.habilitations import Habilitations, known_habilitations

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Sizes in bytes, durations as named."""

    body_limit: int = 32 * MIB
    authorisation_days: int = 365
    """How long an authorisation holds that states no end (the 2011 text says "one year, renewable")."""
    block_bars_emergency: bool = True
    """A block by the patient bars the emergency modes too: the law reads "unless express opposition"."""
    page: int = 100
    """Documents on one page of a search, at most, and where no ``_count`` is given."""
    habilitations: Habilitations = field(default_factory=known_habilitations)
    """Which professions consult which types of documents: the site's file, else what public sources state."""
    body_patience: int = 120
    """Seconds that a client has to send a body."""
    crl_required: bool | None = None
    """Cards need a revocation list of their authority. None: in production stores, not in sandboxes and demos."""
    crl_grace: int = 72
    """Hours after its ``nextUpdate`` that a list still serves; 0 for none."""
    login_failures: int = 30
    """Failed logins that a certificate may make in a minute."""
    login_failures_by_address: int = 300
    """And an address: a whole emergency department may sit behind one."""
