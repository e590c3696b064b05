"""Codes of documents and specialties as the words that people on a ward use for them, short enough for a line."""

from functools import cache

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.sheet.model import Origin as Document
from dmp_tui.i18n import _, language
from dmp_tui.screens.dates import day
from dmp_tui.widgets.text import cut, visible

_LONGEST = 22


def document_name(origin: Document) -> str:
    """A document in a word or two, with its month: ``LDL-SES 12/2019``."""
    return f"{document_type(origin.type, origin.title)} {day(origin.date[:7])}".strip()


def document_type(type_: Coding, title: str = "") -> str:
    """The short name of a document's type; else its display, its title or its code, cut to a few words."""
    known = _types(language()).get(type_.code)
    return known or cut(visible(type_.display or title or type_.code), _LONGEST) or _("document")


def specialty(code: str) -> str:
    """A doctor's specialty (TRE_R38) in words; another code as it is."""
    return _specialties(language()).get(code) or visible(code)


@cache
def _types(_language: str) -> dict[str, str]:
    """Made once for each language: a list of documents asks for every row."""
    return {
        "60591-5": "VSM",
        "SYNTH": _("synthèse"),
        "34133-9": _("synthèse"),
        "68599-0": _("synth. psy."),
        "74207-2": "DLU",
        "11490-0": "LDL",
        "18842-5": "LDL-SES",
        "18761-7": _("transfert"),
        "96349-6": _("adressage"),
        "11369-6": _("vaccins"),
        "87273-9": _("vaccin"),
        "101881-1": _("implant"),
        "15507-7": _("CR urg."),
        "60280-5": _("retour urg."),
        "78341-5": _("transf. urg."),
        "34112-3": _("CR hosp."),
        "11488-4": _("CR cs."),
        "11502-2": _("biologie"),
        "34749-2": _("cs. anesth."),
        "77436-4": _("anesthésie"),
        "34874-8": _("CR opér."),
        "15508-5": _("CR accouch."),
        "47420-5": _("bilan fonct."),
        "29274-8": _("constantes"),
        "34120-6": _("bilan"),
        "60568-3": _("anapath."),
        "18748-4": _("imagerie"),
        "IMG-KOS": _("images"),
        "57833-6": _("prescr."),
        "57832-8": _("prescr."),
        "57828-6": _("prescr."),
        "PRESC-BIO": _("prescr. bio."),
        "60593-1": _("disp."),
        "60590-7": _("disp."),
        "DISP_AUT": _("disp."),
        "18776-5": "PPS",
        "PROT_ALD": "ALD",
        "CERT_DECL": _("certificat"),
        "REMB": _("remb."),
        "EXPPAT_1": _("volontés"),
        "EXPPAT_3": _("directives"),
        "75492-9": _("directives"),
    }


@cache
def _specialties(_language: str) -> dict[str, str]:
    """TRE_R38, the specialties that an emergency department reads most."""
    biology, surgery, paediatrics = _("biologie médicale"), _("chirurgie"), _("pédiatrie")
    psychiatry, cardiology, radiology = _("psychiatrie"), _("cardiologie"), _("radiologie")
    anaesthesia, intensive, general = _("anesthésie-réanimation"), _("réanimation"), _("médecine générale")
    haematology, gynaecology, oncology = _("hématologie"), _("gynécologie-obstétrique"), _("oncologie")
    return {
        **dict.fromkeys(("SM03", "SM63", "SM64", "SM65", "SM66", "SM67"), biology),
        **dict.fromkeys(("SM05", "SM06", "SM07", "SM09", "SM10", "SM56", "SM68", "SM69", "SM70", "SM77"), surgery),
        **dict.fromkeys(("SM02", "SM76"), anaesthesia),
        **dict.fromkeys(("SM46", "SM82"), intensive),
        **dict.fromkeys(("SM26", "SM53", "SM54"), general),
        **dict.fromkeys(("SM40", "SM87", "SM88", "SM89", "SM90"), paediatrics),
        **dict.fromkeys(("SM42", "SM43", "SM92", "SM93"), psychiatry),
        **dict.fromkeys(("SM04", "SM73", "SM79", "SM80", "SM81"), cardiology),
        **dict.fromkeys(("SM44", "SM55", "SM74", "SM94"), radiology),
        **dict.fromkeys(("SM21", "SM22", "SM23", "SM71"), haematology),
        **dict.fromkeys(("SM20", "SM51", "SM52"), gynaecology),
        **dict.fromkeys(("SM35", "SM36"), oncology),
        "SM01": _("anatomopathologie"),
        "SM08": _("orthopédie"),
        "SM11": _("chirurgie thoracique"),
        "SM12": _("urologie"),
        "SM13": _("chirurgie vasculaire"),
        "SM14": _("chirurgie digestive"),
        "SM15": _("dermatologie"),
        "SM16": _("endocrinologie"),
        "SM17": _("génétique"),
        "SM18": _("gériatrie"),
        "SM19": _("gynécologie médicale"),
        "SM24": _("gastro-entérologie"),
        "SM25": _("médecine du travail"),
        "SM27": _("médecine interne"),
        "SM28": _("médecine nucléaire"),
        "SM29": _("médecine physique"),
        "SM30": _("néphrologie"),
        "SM31": _("neurochirurgie"),
        "SM32": _("neurologie"),
        "SM34": _("ORL"),
        "SM37": _("radiothérapie"),
        "SM38": _("ophtalmologie"),
        "SM39": _("ORL"),
        "SM41": _("pneumologie"),
        "SM45": _("radiothérapie"),
        "SM48": _("rhumatologie"),
        "SM49": _("santé publique"),
        "SM50": _("stomatologie"),
        "SM57": _("allergologie"),
        "SM58": _("infectiologie"),
        "SM59": _("médecine d'urgence"),
        "SM60": _("médecine légale"),
        "SM61": _("médecine vasculaire"),
        "SM62": _("endocrinologie"),
        "SM72": _("médecine interne"),
        "SM75": _("santé publique"),
        "SM78": _("chirurgie digestive"),
        "SM83": _("néphrologie"),
        "SM84": _("neurologie"),
        "SM85": _("ophtalmologie"),
        "SM86": _("ORL"),
        "SM91": _("pneumologie"),
        "SM95": _("santé publique"),
    }
