"""The accounts by which patients open their own space: found by keyed hashes, sealed with the record's own key."""

from typing import Any

from dmp_tui.dmp.accounts import Account, typed
from dmp_tui.store.encoding import decode
from dmp_tui.store.keys import Secrets


class AccountReads:
    """The accounts' part of ``Reads``."""

    _secrets: Secrets

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _unseal(self, patient_id: str, kind: str, document_id: str, sealed: bytes) -> bytes:
        raise NotImplementedError

    def accounts(self, patient_id: str) -> list[Account]:
        """All accounts of a record, in the order of their logins."""
        found = self._accounts("patient_id = ?", patient_id)
        return sorted(found, key=lambda account: account.login)

    def account_of_login(self, login: str) -> Account | None:
        """The account of a login, or None."""
        found = self._accounts("login_key = ?", self._secrets.blind("login", login))
        return found[0] if found else None

    def account_of_activation(self, code: str) -> Account | None:
        """The account that an activation code opens, or None. Whether it still does is not asked."""
        found = self._accounts("activation_key = ?", self.activation_key(code))
        return found[0] if found else None

    def activation_key(self, code: str) -> bytes:
        """What is kept of an activation code."""
        return self._secrets.blind("activation", typed(code))

    def _accounts(self, condition: str, value: str | bytes) -> list[Account]:
        sql = f"SELECT patient_id, account_id, sealed FROM patient_accounts WHERE {condition}"  # noqa: S608 - constants
        return [
            decode(Account, self._unseal(patient_id, "account", account_id, sealed))
            for patient_id, account_id, sealed in self._rows(sql, value)
        ]
