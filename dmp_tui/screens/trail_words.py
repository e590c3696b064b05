"""What stands in a trail, in words that a nurse understands: acts, reasons, roles."""

from collections.abc import Mapping

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.audit import TrailEntry
from dmp_tui.dmp.professions import Mode
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.words import named as named_words
from dmp_tui.widgets.text import visible


def act_words(entry: TrailEntry, documents: Mapping[str, DocumentEntry]) -> str:
    """``a lu un document : CR urg. du 12/03/2026``; what is not known here as the server calls it."""
    about = documents.get(entry.document)
    named = ""
    if about is not None:
        named = _(" : {document} du {day}").format(document=document_type(about.type), day=day(about.date)[:10])
    if entry.operation.startswith("read_") and entry.operation not in _acts():
        return (_("a lu un document") + named) if entry.document else _("a lu la fiche")
    if entry.operation == "authenticate":
        return _emergency(entry.mode)
    known = _acts().get(entry.operation)
    if known is None:
        return _("acte « {operation} »").format(operation=visible(entry.operation)) + named
    return known + named


def _emergency(mode: Mode) -> str:
    return {
        Mode.NORMAL: _("s'est connecté"),
        Mode.BREAK_GLASS: _("a brisé la glace"),
        Mode.CENTRE_15: _("a ouvert l'accès centre 15"),
    }[mode]


def _acts() -> dict[str, str]:
    return {
        "test_existence": _("a vérifié que le DMP existe"),
        "authorisation_declare": _("a déclaré l'autorisation du patient"),
        "authorisation_remove": _("a retiré son autorisation"),
        "treating_doctor_declare": _("s'est déclaré médecin traitant"),
        "declare_treating_doctor": _("s'est déclaré médecin traitant"),
        "treating_doctor_resign": _("n'est plus médecin traitant"),
        "list_authorised_records": _("a listé ses dossiers autorisés"),
        "search_patient_without_ins": _("a cherché un patient par ses traits"),
        "contextual_web_access": _("a ouvert le DMP sur le web"),
        "read_admin_data": _("a lu adresse, téléphones et contacts"),
        "list_authorised_or_blocked_professionals": _("a lu qui est autorisé ou bloqué"),
        "submit_document": _("a déposé un document"),
        "submit_document_by_cpe_clerk": _("a déposé un document"),
        "search_metadata": _("a lu la liste des documents"),
        "search_document_reference": _("a cherché un document"),
        "mask_from_professionals": _("a masqué un document"),
        "unmask_from_professionals": _("a démasqué un document"),
        "patient_login": _("s'est connecté à son espace"),
        "patient_logout": _("a quitté son espace"),
        "patient_renew": _("a continué dans son espace"),
        "patient_activate": _("a activé son espace"),
        "patient_password": _("a changé son mot de passe"),
        "patient_codes": _("a demandé de nouveaux codes"),
        "patient_close_access": _("a fermé l'accès à son espace"),
        "block_professional": _("a bloqué un professionnel"),
        "name_administrator": _("a nommé un administrateur, ou l'a retiré"),
        "make_visible_to_patient": _("a rendu un document visible au patient"),
        "hide_from_patient": _("a caché un document au patient"),
        "hide_from_representatives": _("a caché un document aux représentants légaux"),
        "archive": _("a archivé un document"),
        "unarchive": _("a désarchivé un document"),
        "delete": _("a supprimé un document"),
        "create_record": _("a ouvert le DMP"),
        "close_record": _("a fermé le DMP"),
        "reopen_record": _("a rouvert le DMP"),
        "change_admin_data": _("a corrigé les données administratives ou les volontés"),
        "open_patient_access": _("a ouvert au patient son propre accès"),
        "read_trail": _("a lu les traces"),
        "read_notices": _("a lu les avis"),
        "check_medicines": _("a vérifié des médicaments"),
        "patch": _("a relu l'état d'un document"),
    }


def reason_words(entry: TrailEntry) -> str:
    """``risque immédiat : « choc anaphylactique »``; empty where no reason was asked."""
    code = {
        "": "",
        "incapacity": _("patient hors d'état de s'exprimer"),
        "immediate-risk": _("risque immédiat"),
        "regulation-call": _("appel au centre 15"),
        "other": _("autre motif"),
    }.get(entry.reason_code, visible(entry.reason_code))
    words = f"« {visible(entry.reason)} »" if entry.reason else ""
    return named_words(code, words) if code and words else code or words


def mode_word(mode: Mode) -> str:
    """The access mode, where it is not the usual one."""
    return {
        Mode.NORMAL: "",
        Mode.BREAK_GLASS: _("BRIS DE GLACE"),
        Mode.CENTRE_15: _("CENTRE 15"),
    }[mode]


def rule_words(rule: str) -> str:
    """The rule that refused: its article, or the official table without the name of its cell."""
    if rule.startswith("PDT-INF-526"):
        return _("table des droits PDT-INF-526")
    return visible(rule) or "?"


def role_words(role: str) -> str:
    """Who acted, by the column of the rights table."""
    return {
        "treating_doctor": _("médecin traitant"),
        "doctor": _("médecin"),
        "non_doctor": _("soignant"),
        "occupational_doctor": _("médecin du travail"),
        "cpe_clerk": _("agent d'accueil"),
        "facility_certificate": _("établissement"),
        "patient": _("patient"),
        "representative": _("représentant légal"),
    }.get(role, visible(role))
