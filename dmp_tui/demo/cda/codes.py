"""The demonstration's codes as HL7 v3 writes them."""

from dmp_tui.demo.clinical import SYSTEMS, Code
from dmp_tui.dmp.cda_writing.xml import V3Code


def v3(code: Code) -> V3Code:
    """The code with the OID and the name of its system."""
    oid, name = SYSTEMS[code.system]
    return V3Code(code.code, code.display, oid, name)


def code_attributes(code: Code) -> dict[str, str]:
    """The attributes of a ``CD``."""
    return v3(code).attributes
