"""The whole life of a record, typed in the real program in a real terminal of 80x24."""

from collections.abc import Callable

import pytest

from tests.terminal.terminal import Terminal

Start = Callable[..., Terminal]


def toggle(terminal: Terminal, *letters: str) -> None:
    """Insert the card of the panel that these letters lead to, or pull it out."""
    terminal.press("f9")
    terminal.until("LECTEURS DE LA DÉMONSTRATION")
    terminal.press(*letters, "enter")
    terminal.until(lambda text: "LECTEURS DE LA DÉMONSTRATION" not in text)


def next_professional(terminal: Terminal, former: str, letters: str) -> None:
    """Another card in the reader, and its PIN; the panel begins at the first professional."""
    toggle(terminal, *former)
    terminal.until("Carte CPS retirée")
    terminal.settle()
    toggle(terminal, *letters)
    terminal.until("Code PIN :")
    terminal.settle()
    terminal.press("1234", "enter")


def create(terminal: Terminal) -> None:
    """The three steps; bris de glace allowed, centre 15 refused, the reader authorised."""
    terminal.until("AUCUN DMP POUR CE PATIENT")
    terminal.settle()
    terminal.press("n")
    terminal.until("ÉTAPE 1")
    terminal.press("1")
    terminal.until("Vous décidez")
    terminal.press("enter")
    terminal.until("FAIT")
    terminal.press("2", "3", "4", "4", "6", "enter")
    terminal.until("OUVRIR LE DMP DE COSTA Elena.*centre 15 : REFUSÉ")
    terminal.press("OUI", "enter")
    terminal.until("ALLERGIES.*DMP ouvert.")


def feed(terminal: Terminal) -> None:
    """A note, deposited."""
    terminal.press("a")
    terminal.until("n : écrire une note")
    terminal.press("n")
    terminal.until("CONSIGNES")
    terminal.settle()
    terminal.press("malaise")
    terminal.until("malaise")
    terminal.press("\x13")
    terminal.until("REPRIS DE LA FICHE")
    terminal.press("\x13")
    terminal.until("DÉPOSER DANS CE DOSSIER")
    terminal.press("enter")
    terminal.until("Déposé : Passage aux urgences")


def authorise(terminal: Terminal) -> None:
    """Once more, from the screen of consents."""
    terminal.press("p")
    terminal.until("centre 15 REFUSÉ.*CE QUE VOUS POUVEZ FAIRE")
    terminal.press("1")
    terminal.until("AUTORISATION DU PATIENT")
    terminal.press("OUI", "enter")
    terminal.until("Autorisation déclarée, jusqu'au")
    terminal.press("3")
    terminal.until("ME DÉCLARER MÉDECIN TRAITANT")
    terminal.press("OUI", "enter")
    terminal.until("vous-même.*Vous êtes déclaré médecin traitant")


def mask(terminal: Terminal) -> None:
    """The note, from the list of documents: its author still sees it."""
    terminal.press("d")
    terminal.until(r"1 sur 1.*CR urg\.")
    terminal.press("e")
    terminal.until("ÉTAT DU DOCUMENT.*Supprimer")
    terminal.press("1")
    terminal.until("MASQUER AUX SOIGNANTS")
    terminal.press("enter")
    terminal.until(r"CR urg\..*MASQUÉ.*Document masqué aux soignants")


def break_the_glass(terminal: Terminal) -> None:
    """Another professional, whom the patient did not authorise, breaks it: the masked note is not there."""
    next_professional(terminal, "", "mm")
    terminal.until("ACCÈS NON AUTORISÉ")
    terminal.settle()
    terminal.press("!")
    terminal.until("Motif")
    terminal.press("1", "enter")
    terminal.until("> Précisez")
    terminal.press("inconsciente, trouvée seule", "enter")
    terminal.until(r"BRIS DE GLACE jusqu'à \d\d:\d\d.*ALLERGIES")
    for letter, shown in (("d", "Aucun document"), ("p", "pas en bris de glace"), ("j", "a brisé la glace")):
        terminal.press(letter)
        terminal.until(rf"BRIS DE GLACE jusqu'à \d\d:\d\d.*{shown}")
    terminal.until(r"patient hors d'état de s'exprimer : « inconsciente, trouvée\s+seule »")
    for letter, shown in (("?", "TOUCHES"), ("/", "OUVRIR UN DOSSIER")):
        terminal.press(letter)
        terminal.until(rf"BRIS DE GLACE jusqu'à \d\d:\d\d.*{shown}")
        terminal.press("escape")
        terminal.until("Vos propres actions seulement")


def close_and_reopen(terminal: Terminal) -> None:
    """Back to the first, the treating doctor now: the trail of everybody, the end of the record, and its return."""
    next_professional(terminal, "mm", "")
    terminal.until(r"COSTA Elena.*ALLERGIES")
    terminal.settle()
    terminal.press("j")
    terminal.until(r"Tous les accès à ce dossier.*Dr MARCHAND Luc, médecin")
    terminal.press("u")
    terminal.until(r"urgences\s+seulement.*« inconsciente, trouvée\s+seule ».*a brisé la glace")
    terminal.press("p")
    terminal.until("CE QUE VOUS POUVEZ FAIRE.*Fermer le DMP")
    terminal.press("7")
    terminal.until("FERMER LE DMP DE COSTA Elena")
    terminal.press("1", "enter")
    terminal.until("> Précisez")
    terminal.press("enter")
    terminal.until("> Pour confirmer")
    terminal.press("COSTA", "enter")
    terminal.until("DMP fermé. Il est conservé dix ans")
    toggle(terminal, "c", "c")
    toggle(terminal, "c", "c")
    terminal.until("DMP FERMÉ.*Motif : à la demande du patient")
    terminal.settle()
    terminal.press("o")
    terminal.until("ROUVRIR LE DMP DE COSTA Elena")
    terminal.press("OUI", "enter")
    terminal.until("COSTA Elena.*DMP rouvert.")


def test_the_whole_life_of_a_record(start: Start) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "costa")
    create(terminal)
    authorise(terminal)
    feed(terminal)
    mask(terminal)
    break_the_glass(terminal)
    close_and_reopen(terminal)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_minors_secret_session_is_asked_about_first_and_seen_everywhere(start: Start, size: tuple[int, int]) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "petit", size=size, NO_COLOR="1")
    terminal.until(r"PATIENT MINEUR \(15 ans\).*connexion secrète")
    terminal.settle()
    terminal.press("k")
    terminal.until("CONNEXION SECRÈTE.*ALLERGIES")
    for letter, shown in (("t", "TRAITEMENTS"), ("d", "Synthèse"), ("p", "ÉTAT DU DOSSIER"), ("j", "a lu la fiche")):
        terminal.press(letter)
        terminal.until(rf"NORMAL · CONNEXION SECRÈTE.*{shown}")
    terminal.press("k")
    terminal.until("Elle est en cours")
    terminal.press("enter")
    terminal.until("La connexion secrète est finie")
    assert "CONNEXION SECRÈTE" not in terminal.text
