"""Why a login is refused: a code for programs (``rule``), the RFC 6749 error and status, a sentence for people."""

from dataclasses import dataclass, field
from enum import StrEnum

from dmp_tui.dmp.professions import Professional

_REQUEST, _GRANT, _CLIENT, _DENIED = "invalid_request", "invalid_grant", "invalid_client", "access_denied"
_PROOF, _TOKEN = "invalid_dpop_proof", "invalid_token"


class Rule(StrEnum):
    """The ``rule`` of an error answer. ``docs/integrator.md`` lists them all."""

    REQUEST = "request"
    TOO_LARGE = "too-large"
    GRANT_TYPE = "grant-type"
    PROOF = "proof"
    PROOF_NONCE = "proof-nonce"
    PROOF_REPLAYED = "proof-replayed"
    PROOF_KEY = "proof-key"
    ASSERTION = "assertion"
    SIGNATURE = "signature"
    NONCE = "nonce"
    AUDIENCE = "audience"
    SERVER_CERTIFICATE = "server-certificate"
    LIFETIME = "lifetime"
    SUBJECT = "subject"
    CERTIFICATE = "certificate"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_USAGE = "certificate-usage"
    UNKNOWN_AUTHORITY = "unknown-authority"
    DEMONSTRATION_CARD = "demonstration-card"
    CRL_MISSING = "crl-missing"
    CRL_STALE = "crl-stale"
    NOT_IN_DIRECTORY = "not-in-directory"
    DIRECTORY_DIFFERS = "directory-differs"
    ON_BEHALF_OF = "on-behalf-of"
    TOKEN = "token"  # noqa: S105 - the name of a rule
    REASON = "reason"
    PATIENT = "patient"
    NO_RECORD = "no-record"
    CLOSED = "closed"
    OPPOSED = "opposed"
    BLOCKED = "blocked"
    ROLE = "role"
    NOT_A_REGULATOR = "not-a-regulator"
    CREDENTIALS = "credentials"
    ACTIVATION = "activation"
    PASSWORD_SHORT = "password-short"  # noqa: S105 - names of rules
    PASSWORD_LONG = "password-long"  # noqa: S105
    PASSWORD_KNOWN = "password-known"  # noqa: S105
    PASSWORD_OWN = "password-own"  # noqa: S105
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"


_ANSWERS: dict[Rule, tuple[int, str, str, str]] = {
    Rule.REQUEST: (
        400,
        _REQUEST,
        "Requête mal formée : un formulaire application/x-www-form-urlencoded, chaque champ une seule fois.",
        "Malformed request: a form, application/x-www-form-urlencoded, each field once.",
    ),
    Rule.TOO_LARGE: (413, _REQUEST, "Requête trop grande (64 Kio au plus).", "Request too large (64 KiB at most)."),
    Rule.GRANT_TYPE: (
        400,
        "unsupported_grant_type",
        "grant_type inconnu : jwt-bearer ou token-exchange.",
        "Unknown grant_type: jwt-bearer or token-exchange.",
    ),
    Rule.PROOF: (
        400,
        _PROOF,
        "Preuve DPoP absente ou fausse (une seule, ES256, htm, htu, jti, nonce, ath).",
        "DPoP proof missing or wrong (exactly one, ES256, htm, htu, jti, nonce, ath).",
    ),
    Rule.PROOF_NONCE: (
        400,
        "use_dpop_nonce",
        "La preuve DPoP doit porter le nonce de l'en-tête DPoP-Nonce.",
        "The DPoP proof must carry the nonce of the DPoP-Nonce header.",
    ),
    Rule.PROOF_REPLAYED: (400, _PROOF, "Preuve DPoP déjà utilisée.", "DPoP proof already used."),
    Rule.PROOF_KEY: (
        400,
        _PROOF,
        "La clé de la preuve DPoP n'est pas celle que la carte ou le jeton nomme.",
        "The key of the DPoP proof is not the one that the card or the token names.",
    ),
    Rule.ASSERTION: (
        400,
        _GRANT,
        "Assertion mal formée : JWS RS256, typ dmp-login+jwt, x5c, et rien d'autre dans l'en-tête.",
        "Malformed assertion: JWS RS256, typ dmp-login+jwt, x5c, and nothing else in the header.",
    ),
    Rule.SIGNATURE: (
        400,
        _GRANT,
        "La signature de l'assertion n'est pas celle du certificat.",
        "The assertion is not signed by its certificate.",
    ),
    Rule.NONCE: (
        400,
        _GRANT,
        "Nonce de connexion inconnu, expiré (60 s) ou déjà utilisé : en demander un autre.",
        "Login nonce unknown, expired (60 s) or already used: ask for another.",
    ),
    Rule.AUDIENCE: (
        400,
        _GRANT,
        "L'assertion est adressée à un autre serveur (aud).",
        "The assertion is addressed to another server (aud).",
    ),
    Rule.SERVER_CERTIFICATE: (
        400,
        _GRANT,
        "L'assertion nomme un autre certificat de serveur (tls_cert#S256) : la connexion est peut-être interceptée.",
        "The assertion names another server certificate (tls_cert#S256): the connection may be intercepted.",
    ),
    Rule.LIFETIME: (
        400,
        _GRANT,
        "exp doit suivre iat de 60 secondes au plus, et jti être donné.",
        "exp must follow iat by 60 seconds at most, and jti be given.",
    ),
    Rule.SUBJECT: (
        400,
        _GRANT,
        "iss et sub doivent être l'identifiant national du certificat (CN).",
        "iss and sub must be the national identifier of the certificate (CN).",
    ),
    Rule.CERTIFICATE: (
        401,
        _CLIENT,
        "La chaîne de certificats de la carte n'est pas valable.",
        "The card's certificate chain is not valid.",
    ),
    Rule.CERTIFICATE_EXPIRED: (
        401,
        _CLIENT,
        "La carte a expiré : la renouveler auprès de son ordre ou de son autorité d'enregistrement.",
        "The card has expired: have it renewed.",
    ),
    Rule.CERTIFICATE_NOT_YET_VALID: (
        401,
        _CLIENT,
        "La carte n'est pas encore valable.",
        "The card is not valid yet.",
    ),
    Rule.CERTIFICATE_REVOKED: (
        401,
        _CLIENT,
        "La carte est révoquée (opposition).",
        "The card has been revoked.",
    ),
    Rule.CERTIFICATE_USAGE: (
        401,
        _CLIENT,
        "Ce certificat n'est pas celui d'authentification (digitalSignature sans nonRepudiation).",
        "This is not the authentication certificate (digitalSignature without nonRepudiation).",
    ),
    Rule.UNKNOWN_AUTHORITY: (
        401,
        _CLIENT,
        "L'autorité de cette carte n'est pas connue de ce serveur.",
        "This server does not trust the authority of this card.",
    ),
    Rule.DEMONSTRATION_CARD: (
        403,
        _DENIED,
        "Carte de test ou de démonstration : ce serveur ne prend que des cartes réelles.",
        "Test or demonstration card: this server takes real cards only.",
    ),
    Rule.CRL_MISSING: (
        401,
        _CLIENT,
        "Aucune liste de révocation pour l'autorité de cette carte : prévenir l'administrateur du serveur.",
        "No revocation list for the authority of this card: tell the server's administrator.",
    ),
    Rule.CRL_STALE: (
        401,
        _CLIENT,
        "La liste de révocation de cette autorité est périmée : prévenir l'administrateur du serveur.",
        "The revocation list of this authority is out of date: tell the server's administrator.",
    ),
    Rule.NOT_IN_DIRECTORY: (
        403,
        _DENIED,
        "Carte valable, mais son porteur n'est pas dans l'annuaire de ce serveur : prévenir l'administrateur.",
        "The card is good, but its holder is not in this server's directory: tell the administrator.",
    ),
    Rule.DIRECTORY_DIFFERS: (
        403,
        _DENIED,
        "L'annuaire de ce serveur et la carte ne disent pas la même profession : prévenir l'administrateur.",
        "This server's directory and the card state different professions: tell the administrator.",
    ),
    Rule.ON_BEHALF_OF: (
        400,
        _GRANT,
        "on_behalf_of : exigé (la personne qui agit) avec un certificat d'établissement, interdit avec une carte.",
        "on_behalf_of: required (who acts) with a facility certificate, forbidden with a card.",
    ),
    Rule.TOKEN: (
        401,
        _TOKEN,
        "Jeton absent, inconnu ou expiré : se connecter de nouveau avec la carte.",
        "Token missing, unknown or expired: log in again with the card.",
    ),
    Rule.REASON: (
        400,
        _REQUEST,
        "Un code et un motif d'au moins 10 caractères (hors espaces), 500 au plus, sont exigés.",
        "A reason code and a reason of 10 characters (blanks aside) to 500 are required.",
    ),
    Rule.PATIENT: (
        400,
        _REQUEST,
        "patient : <oid>|<ins> est exigé.",
        "patient: <oid>|<ins> is required.",
    ),
    Rule.NO_RECORD: (400, "invalid_target", "Aucun dossier pour cet INS.", "There is no record for this INS."),
    Rule.CLOSED: (403, _DENIED, "Le dossier est fermé.", "The record is closed."),
    Rule.OPPOSED: (
        403,
        _DENIED,
        "Le patient s'est opposé à cet accès d'urgence (CSP L1111-17).",
        "The patient opposes this emergency access (CSP L1111-17).",
    ),
    Rule.BLOCKED: (
        403,
        _DENIED,
        "Le patient a bloqué l'accès de ce professionnel.",
        "The patient blocked this professional.",
    ),
    Rule.ROLE: (
        403,
        _DENIED,
        "Ce rôle ne permet pas ce mode d'accès.",
        "This role may not use this access mode.",
    ),
    Rule.NOT_A_REGULATOR: (
        403,
        _DENIED,
        "Le mode centre 15 est réservé aux professionnels de régulation.",
        "The centre 15 mode is for regulation professionals only.",
    ),
    Rule.CREDENTIALS: (
        401,
        _GRANT,
        "Identifiant, mot de passe ou code faux, ou code déjà utilisé.",
        "Login, password or code wrong, or code already used.",
    ),
    Rule.ACTIVATION: (
        401,
        _GRANT,
        "Code d'activation ou date de naissance faux, ou code expiré ou déjà utilisé : en demander un autre.",
        "Activation code or birth date wrong, or code expired or already used: ask for another.",
    ),
    Rule.PASSWORD_SHORT: (
        400,
        _REQUEST,
        "Mot de passe trop court : douze caractères ou plus, par exemple quatre mots.",
        "Password too short: twelve characters or more, four words for example.",
    ),
    Rule.PASSWORD_LONG: (
        400,
        _REQUEST,
        "Mot de passe trop long : 256 caractères au plus.",
        "Password too long: 256 characters at most.",
    ),
    Rule.PASSWORD_KNOWN: (
        400,
        _REQUEST,
        "Mot de passe trop connu : choisissez-en un autre, par exemple quatre mots sans rapport.",
        "Password too well known: choose another, four unrelated words for example.",
    ),
    Rule.PASSWORD_OWN: (
        400,
        _REQUEST,
        "Mot de passe fait de votre nom, de votre date de naissance ou de votre identifiant : choisissez-en un autre.",
        "Password made of your name, your birth date or your login: choose another.",
    ),
    Rule.TOO_MANY: (
        429,
        "slow_down",
        "Trop d'échecs : attendre le délai de l'en-tête Retry-After.",
        "Too many failures: wait for the time in the Retry-After header.",
    ),
    Rule.UNAVAILABLE: (
        503,
        "temporarily_unavailable",
        "Le serveur ne peut pas tracer cet accès pour le moment : réessayer.",
        "The server cannot trace this access for now: try again.",
    ),
}


@dataclass(eq=False)
class AuthError(Exception):
    """A refusal of the login or of a token. Holds no patient data, no token and nothing that a client sent.

    ``status`` is the HTTP status, ``error`` the RFC 6749, 8693 or 9449 code, ``rule`` why, in one word.
    ``www_authenticate`` is the challenge that goes with a 401 (RFC 9449, 7.1), ``retry_after`` seconds.
    """

    rule: Rule
    status: int
    error: str
    description: str
    description_en: str
    retry_after: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    session: str = ""
    """Whose token came without its key, or with a proof again: the trail keeps that."""
    professional: Professional | None = None

    def sentence(self, accept_language: str = "") -> str:
        """The description, in English where the request asks for it first."""
        return self.description_en if accept_language.strip().lower().startswith("en") else self.description


def refusal(rule: Rule, *, retry_after: int = 0) -> AuthError:
    """The error of a rule as ``/auth`` answers it."""
    status, error, french, english = _ANSWERS[rule]
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = challenge(error)
    return AuthError(rule, status, error, french, english, retry_after, headers)


def refusal_of_resource(rule: Rule) -> AuthError:
    """The same refusal on a resource call: a wrong proof is a 401 with its challenge there (RFC 9449, 7.1 and 9)."""
    found = refusal(rule)
    if found.error in {_PROOF, "use_dpop_nonce"}:
        found.status = 401
        found.headers["WWW-Authenticate"] = challenge(found.error)
    return found


def challenge(error: str = "") -> str:
    """``WWW-Authenticate`` of the DPoP scheme."""
    return f'DPoP error="{error}", algs="ES256"' if error else 'DPoP algs="ES256"'
