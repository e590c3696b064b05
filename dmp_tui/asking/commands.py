"""``dmp-tui check``: may I give it? Without a server, without a record."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dmp_tui.dmp.medicines.model import Base


def check_command(opened: "Callable[[], Base]") -> click.Command:
    """The verb, asking the base that ``opened`` gives when it is called."""

    @click.command("check")
    @click.argument("drugs", nargs=-1, metavar="MÉDICAMENT...")
    @click.option("--with", "taken", multiple=True, metavar="MÉDICAMENT,...", help="Traitements en cours.")
    @click.option(
        "--allergy", "allergies", multiple=True, metavar="SUBSTANCE,...", help="Allergies, classes comprises."
    )
    @click.option("--problem", "problems", multiple=True, metavar="MOTS,...", help="Antécédents : asthme, épilepsie...")
    @click.option("--age", type=click.IntRange(0, 130), help="Âge en années.")
    @click.option("--sex", type=click.Choice(["F", "M"]), help="Sexe.")
    @click.option("--creatinine", type=click.FloatRange(10, 3000), help="Créatinine du jour, µmol/L.")
    @click.option("--dfg", type=click.FloatRange(0, 250), help="DFG du jour, mL/min/1,73 m2.")
    @click.option("--weight", type=click.FloatRange(0.3, 500), help="Poids, kg.")
    @click.option("--potassium", type=click.FloatRange(0.5, 15), help="Kaliémie du jour, mmol/L.")
    @click.option("--glucose", type=click.FloatRange(0.1, 100), help="Glycémie du jour, mmol/L.")
    @click.option("--pregnant", is_flag=True, help="Grossesse en cours.")
    @click.option("--weeks", type=click.IntRange(1, 44), help="Grossesse : semaines d'aménorrhée.")
    @click.option("--breast-feeding", is_flag=True, help="Allaitement en cours.")
    @click.option("--json", "as_json", is_flag=True, help="Un objet JSON, pour un programme.")
    @click.pass_context
    def check(ctx: click.Context, /, drugs: tuple[str, ...], **given: object) -> None:
        """Puis-je donner ? Un à cinq médicaments, entre eux et avec ce qui est dit du patient.

        Code de sortie : 0 rien trouvé dans ce qui est connu, 1 au moins une raison (même sous condition), 64 aucun
        médicament ou plus de cinq, 65 médicament inconnu : aucun verdict.
        """
        from dmp_tui.asking.checking import told, typed_of

        today = datetime.now().astimezone().date()
        found = told(drugs, typed_of(given), opened(), today, as_json=bool(given["as_json"]))
        for sentence in found.errors:
            click.echo(sentence, err=True)
        if found.out:
            click.echo(found.out)
        ctx.exit(found.code)

    return check
