"""A login, an exchange or a logout while it is decided: what the trail will say of it."""

from dataclasses import dataclass, field

from dmp_tui.dmp.accounts import Account
from dmp_tui.dmp.professions import Mode, Professional
from dmp_tui.dmp.rights import Operation
from dmp_tui.store.trail import TrailEvent


@dataclass
class Attempt:
    """What is known of who asks, as it becomes known: for the trail, and to count failures."""

    address: str
    operation: str = Operation.AUTHENTICATE.value
    actor: str = ""
    actor_name: str = ""
    role: str = ""
    mode: Mode = Mode.NORMAL
    certificate: str = ""
    session: str = ""
    on_behalf_of: str = ""
    patient_id: str = ""
    reason_code: str = ""
    reason: str = ""
    notes: list[str] = field(default_factory=list)

    def is_by(self, professional: Professional) -> None:
        """The professional is known."""
        self.actor, self.actor_name = professional.id, professional.name
        self.role, self.on_behalf_of = professional.role.value, professional.on_behalf_of

    def is_by_patient(self, account: Account) -> None:
        """It is about the access of this patient, or of his legal representative."""
        self.actor, self.actor_name = f"{account.holder.value}:{account.id}", account.name
        self.role, self.patient_id = account.holder.value, account.patient_id

    def event(self, outcome: str, rule: str) -> TrailEvent:
        """What goes into the trail."""
        detail = "; ".join([f"address {self.address}", *self.notes])
        return TrailEvent(
            self.actor,
            self.actor_name,
            self.role,
            self.mode.value,
            self.operation,
            outcome,
            rule,
            self.patient_id,
            "",
            self.reason_code,
            self.reason,
            self.session,
            self.on_behalf_of,
            detail,
            self.address,
        )
