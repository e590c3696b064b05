"""Every refusal and error of ``/fhir`` as an OperationOutcome: a code for programs, one sentence for people.

No text here comes from a request, a record or an exception: a sentence is a constant of this file, or of its caller.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.responses import Response

from dmp_tui.dmp.rights import Decision, Refusal

RULES = "urn:dmp-tui:fhir:rule"
MEDIA_TYPE = "application/fhir+json"


class Said(NamedTuple):
    """One sentence, in both languages."""

    french: str
    english: str


@dataclass(eq=False)
class FhirError(Exception):
    """An answer other than the one asked for; it crosses processes.

    ``code`` is of FHIR's issue-type, ``rule`` a word for programs, ``article`` where the rule comes from.
    """

    status: int
    code: str
    rule: str
    said: Said
    article: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    instead: Said | None = None
    """What can lawfully be done instead."""

    def __reduce__(self) -> tuple[type["FhirError"], tuple[Any, ...]]:
        fields = (self.status, self.code, self.rule, self.said, self.article, dict(self.headers), self.instead)
        return FhirError, fields


_REFUSALS: Mapping[Refusal, Said] = {
    Refusal.ROLE: Said(
        "Votre profession ou votre carte ne permet pas cette opération.",
        "Your profession or your card does not allow this operation.",
    ),
    Refusal.MODE: Said(
        "Cette opération n'est pas permise dans ce mode d'accès.",
        "This operation is not allowed in this access mode.",
    ),
    Refusal.NOT_A_REGULATOR: Said(
        "L'accès centre 15 est réservé aux professionnels de la régulation.",
        "Centre 15 access is for regulators only.",
    ),
    Refusal.NO_RECORD: Said("Aucun dossier à cet identifiant.", "There is no record of this identifier."),
    Refusal.CLOSED: Said(
        "Ce dossier est fermé : il ne se consulte ni ne s'alimente.",
        "This record is closed: it can be neither read nor added to.",
    ),
    Refusal.BLOCKED: Said(
        "Le patient vous a bloqué l'accès à son dossier.", "The patient has blocked your access to his record."
    ),
    Refusal.OPPOSED: Said(
        "Le patient s'est opposé à cet accès d'urgence.", "The patient has opposed this emergency access."
    ),
    Refusal.NOT_AUTHORISED: Said(
        "Vous n'avez pas d'autorisation sur ce dossier : déclarez celle du patient, ou ouvrez en bris de glace.",
        "You hold no authorisation on this record: declare the patient's, or break the glass.",
    ),
    Refusal.EXPIRED: Said(
        "Votre autorisation sur ce dossier a expiré : déclarez-la de nouveau avec l'accord du patient.",
        "Your authorisation on this record has expired: declare it again with the patient's consent.",
    ),
    Refusal.MASKED: Said("Rien à cet identifiant.", "There is nothing at this identifier."),
    Refusal.NOT_THE_AUTHOR: Said(
        "Seul l'auteur du document peut faire cela.", "Only the document's author may do this."
    ),
    Refusal.NOT_THE_STRUCTURE: Said(
        "Seule la structure auteur du document peut faire cela.",
        "Only the structure that authored the document may do this.",
    ),
    Refusal.PATIENTS_OWN: Said(
        "Ce document a été ajouté par le patient : seuls lui et son médecin traitant peuvent faire cela.",
        "The patient added this document: only he and his treating doctor may do this.",
    ),
    Refusal.DOCUMENT_TYPE: Said(
        "Votre profession ne consulte pas ce type de document (matrice d'habilitations).",
        "Your profession does not consult this type of document (matrix of habilitations).",
    ),
    Refusal.OTHER_PATIENT: Said(
        "Cet accès d'urgence ne vaut que pour le patient pour qui il a été demandé.",
        "This emergency access holds only for the patient for whom it was asked.",
    ),
    Refusal.NEEDS_PATIENT: Said(
        "Cet accès centre 15 ne nomme pas de patient : il ne sert qu'à chercher.",
        "This centre 15 access names no patient: it serves to search only.",
    ),
    Refusal.GRANT_ENDED: Said(
        "Cet accès d'urgence est terminé : demandez-le de nouveau.",
        "This emergency access has ended: ask for it again.",
    ),
}
INSTEAD: Mapping[Refusal, Said] = {
    Refusal.ROLE: Said(
        "Adressez-vous à un professionnel à qui la table des droits le permet ; le patient garde l'accès à son espace.",
        "Turn to a professional whom the table of rights allows it; the patient keeps access to his own space.",
    ),
    Refusal.MODE: Said(
        "Revenez au mode normal, avec l'autorisation du patient.",
        "Go back to the normal mode, with the patient's authorisation.",
    ),
    Refusal.NOT_A_REGULATOR: Said(
        "Si la vie du patient est en jeu et qu'il ne peut s'exprimer : bris de glace.",
        "If the patient's life is at stake and he cannot speak: break the glass.",
    ),
    Refusal.NO_RECORD: Said(
        "Vérifiez l'INS ; avec le consentement du patient informé, un dossier peut être créé.",
        "Check the INS; with the informed patient's consent, a record can be created.",
    ),
    Refusal.CLOSED: Said(
        "Il peut être rouvert à la demande du patient, pendant dix ans.",
        "It may be opened again at the patient's request, for ten years.",
    ),
    Refusal.BLOCKED: Said(
        "Seul le patient lève ce blocage ; vous pouvez encore alimenter le dossier, ou passer la main à un confrère.",
        "Only the patient lifts this block; you may still add to the record, or hand over to a colleague.",
    ),
    Refusal.OPPOSED: Said(
        "Demandez au patient son autorisation dès qu'il peut s'exprimer ; vous pouvez alimenter le dossier.",
        "Ask the patient for his authorisation as soon as he can speak; you may add to the record.",
    ),
    Refusal.NOT_AUTHORISED: Said(
        "Recueillez son accord puis déclarez l'autorisation ; s'il ne peut s'exprimer et court un risque immédiat : "
        "bris de glace. Alimenter ne demande pas d'autorisation.",
        "Ask for his consent, then declare the authorisation; if he cannot speak and is in immediate danger: break the "
        "glass. Adding documents needs no authorisation.",
    ),
    Refusal.EXPIRED: Said(
        "Recueillez de nouveau son accord et déclarez l'autorisation ; s'il ne peut s'exprimer et court un risque "
        "immédiat : bris de glace.",
        "Ask for his consent again and declare the authorisation; if he cannot speak and is in immediate danger: break "
        "the glass.",
    ),
    Refusal.NOT_THE_AUTHOR: Said(
        "Demandez-le à l'auteur du document, au médecin traitant ou au patient.",
        "Ask the document's author, the treating doctor or the patient.",
    ),
    Refusal.NOT_THE_STRUCTURE: Said(
        "Demandez-le à la structure auteur du document, ou au patient.",
        "Ask the structure that authored the document, or the patient.",
    ),
    Refusal.PATIENTS_OWN: Said(
        "Demandez-le au patient ou à son médecin traitant.", "Ask the patient or his treating doctor."
    ),
    Refusal.DOCUMENT_TYPE: Said(
        "Demandez l'information à un médecin de l'équipe de soins, ou à l'auteur du document.",
        "Ask a doctor of the care team, or the document's author, for the information.",
    ),
    Refusal.OTHER_PATIENT: Said(
        "Demandez un accès d'urgence pour ce patient-ci, avec son motif.",
        "Ask for an emergency access for this patient, with its reason.",
    ),
    Refusal.NEEDS_PATIENT: Said(
        "Demandez l'accès centre 15 en nommant le patient.", "Ask for the centre 15 access naming the patient."
    ),
    Refusal.GRANT_ENDED: Said(
        "Si l'urgence dure, brisez de nouveau la glace avec un motif ; sinon, demandez l'autorisation du patient.",
        "If the emergency lasts, break the glass again with a reason; else ask for the patient's authorisation.",
    ),
}
"""What can lawfully be done instead of what is refused. Of what is masked nothing is told: it has no entry."""
_ABSENT = {Refusal.MASKED, Refusal.NO_RECORD}
"""What is not to be seen is answered like what is not there."""


def not_found() -> FhirError:
    """404: absent, or not to be seen. The same bytes in both cases."""
    return FhirError(404, "not-found", "not-found", _REFUSALS[Refusal.MASKED])


def refused(decision: Decision) -> FhirError:
    """403 with its rule; 404 where the refusal itself would tell that something is there."""
    refusal = decision.refusal or Refusal.ROLE
    if refusal is Refusal.NO_RECORD:
        return FhirError(404, "not-found", refusal.value, _REFUSALS[refusal], instead=INSTEAD[refusal])
    if refusal in _ABSENT:
        return not_found()
    code = "suppressed" if refusal is Refusal.OPPOSED else "forbidden"
    return FhirError(403, code, refusal.value, _REFUSALS[refusal], decision.rule, instead=INSTEAD[refusal])


def malformed(french: str, english: str, rule: str = "malformed") -> FhirError:
    """400."""
    return FhirError(400, "structure", rule, Said(french, english))


def broken_rule(rule: str, french: str, english: str) -> FhirError:
    """422: well formed, but it breaks a rule."""
    return FhirError(422, "business-rule", rule, Said(french, english))


def not_supported(status: int = 501) -> FhirError:
    """What this server does not do (yet): 501, 405 or 404."""
    said = Said("Ce serveur ne fait pas cela.", "This server does not do that.")
    return FhirError(status, "not-supported", "not-supported", said)


def conflict(rule: str, french: str, english: str) -> FhirError:
    """409: does not go with what exists."""
    return FhirError(409, "conflict", rule, Said(french, english))


def unavailable(rule: str) -> FhirError:
    """503: the disk is full, or the trail cannot be written; nothing of the request was kept or shown."""
    said = Said(
        "Le serveur ne peut rien enregistrer pour l'instant : réessayez plus tard, prévenez l'administrateur.",
        "The server cannot record anything at present: try again later, tell its administrator.",
    )
    return FhirError(503, "transient", rule, said, headers={"Retry-After": "30"})


def internal() -> FhirError:
    """500: a fault of the server, of which nothing is told."""
    said = Said("Le serveur a rencontré une erreur.", "The server met an error.")
    return FhirError(500, "exception", "internal", said)


def outcome(error: FhirError, accept_language: str = "") -> dict[str, Any]:
    """The OperationOutcome of an error, in English where ``Accept-Language`` begins so."""
    english = accept_language.strip().lower().startswith("en")
    sentence = error.said.english if english else error.said.french
    issues = [
        {
            "severity": "error",
            "code": error.code,
            "details": {"coding": [{"system": RULES, "code": error.rule}]},
            "diagnostics": f"{sentence} [{error.article}]" if error.article else sentence,
        }
    ]
    if error.instead is not None:
        issues.append(
            {
                "severity": "information",
                "code": "informational",
                "details": {"coding": [{"system": RULES, "code": "instead"}]},
                "diagnostics": error.instead.english if english else error.instead.french,
            }
        )
    return {"resourceType": "OperationOutcome", "issue": issues}


def warned(warnings: Sequence[str]) -> dict[str, Any]:
    """The OperationOutcome of what was done with warnings: their codes, as the document keeps them."""
    issues = [
        {"severity": "warning", "code": "business-rule", "details": {"coding": [{"system": RULES, "code": warning}]}}
        for warning in warnings
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def error_response(error: FhirError, accept_language: str = "") -> Response:
    """The HTTP answer of an error."""
    return fhir_response(outcome(error, accept_language), error.status, error.headers)


def fhir_response(resource: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A resource as JSON, never to be cached."""
    content = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)
