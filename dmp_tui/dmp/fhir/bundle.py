"""The resources of a Bundle, and what their references point to, however they are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dmp_tui.dmp.entries import DocumentError, DocumentProblem
from dmp_tui.dmp.fhir.elements import first, objects, string
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.whom import Whom

MAX_RESOURCES = 100_000
"""What a document holds is bounded by its bytes; this bounds the time that empty resources take."""
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the bundle (or contained in one) and the url that its relative references start from."""

    body: Json
    url: str = ""
    holder: Json | None = None
    """For a contained resource, the one that contains it."""

    @property
    def type(self) -> str:
        """``resourceType``."""
        return string(self.body.get("resourceType"))

    @property
    def place(self) -> int:
        """Identifies it within the document: several may share a url, and contained ones have their holder's."""
        return id(self.body)


@dataclass(slots=True)
class Index:
    """Resources by all the names that references may use."""

    resources: list[Resource] = field(default_factory=list)
    by_name: dict[str, Resource] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    """Places of the resources that something referred to."""
    contained: dict[int, dict[str, Json]] = field(default_factory=dict)
    """Contained resources by name, for each resource (by ``id``; the bundle outlives the index)."""
    patient: Whom = field(default_factory=Whom)
    """Whom the document is about, once that is known."""
    nameless: int = 0
    """Entries that hold something of no known type."""

    def resolve(self, reference: object, holder: Resource) -> Resource | None:
        """The resource that a Reference (or CodeableReference) points to; None if it is not in the document."""
        found = self._find(reference, holder)
        if found is not None:
            self.used.add(found.place)
        return found

    def _find(self, reference: object, holder: Resource) -> Resource | None:
        part = first(reference)
        inner = part.get("reference")
        if isinstance(inner, dict):
            return self._find(inner, holder)
        target = string(inner)
        if not target:
            identifier = first(part.get("identifier"))
            return self.by_name.get(_identifier_name(identifier)) if identifier.get("value") else None
        if target.startswith("#"):
            return self._contained(holder, target[1:])
        target = target.partition("/_history/")[0]
        found = self.by_name.get(_absolute(target, holder.url)) or self.by_name.get(target)
        if found is None and "/" in target:
            found = self.by_name.get("/".join(target.rsplit("/", 2)[-2:]))
        return found or self.by_name.get(target.removeprefix("urn:uuid:").removeprefix("urn:oid:"))

    def contained_in(self, holder: Resource) -> list[Resource]:
        """The resources that one contains, whether it refers to them or not."""
        return [Resource(body, holder.url, holder.body) for body in objects(holder.body.get("contained"))]

    def _contained(self, holder: Resource, name: str) -> Resource | None:
        """The resource contained in ``holder`` (or beside it) under a name; ``holder`` itself for ``#``."""
        outer = holder.holder or holder.body
        if not name:
            return Resource(outer, holder.url)
        if id(outer) not in self.contained:
            bodies = objects(outer.get("contained"))
            self.contained[id(outer)] = {string(b.get("id")).removeprefix("#"): b for b in reversed(bodies)}
        body = self.contained[id(outer)].get(name)
        return Resource(body, holder.url, outer) if body is not None else None


def read_index(bundle: Json) -> Index:
    """The index of a Bundle and of the Bundles in it; entries without url, id or ``resource`` are taken too.

    Raises:
        DocumentError: TOO_LARGE above ``MAX_RESOURCES``.
    """
    index = Index()
    pending = objects(bundle.get("entry"))[::-1]
    while pending:
        entry = pending.pop()
        url = string(entry.get("fullUrl"))
        body = _typed(first(entry.get("resource")) or entry, url)
        if not string(body.get("resourceType")):
            index.nameless += len(body) > 0
            continue
        if body.get("resourceType") == "Bundle":
            pending += objects(body.get("entry"))[::-1]
            continue
        if len(index.resources) >= MAX_RESOURCES:
            raise DocumentError(DocumentProblem.TOO_LARGE, "entry")
        resource = Resource(body, url)
        index.resources.append(resource)
        for name in _names(resource):
            index.by_name.setdefault(name, resource)
    return index


def _typed(body: Json, url: str) -> Json:
    """The resource with the type that its url tells, where it says none itself."""
    told = url.rpartition("/")[0].rpartition("/")[2]
    if string(body.get("resourceType")) or not _TYPE.fullmatch(told):
        return body
    return {**body, "resourceType": told}


def _names(resource: Resource) -> Iterator[str]:
    identity = string(resource.body.get("id"))
    if resource.url:
        yield resource.url.partition("/_history/")[0]
        yield resource.url.removeprefix("urn:uuid:").removeprefix("urn:oid:")
    if identity:
        yield f"{resource.type}/{identity}"
        yield identity
    for identifier in objects(resource.body.get("identifier")):
        if identifier.get("value"):
            yield _identifier_name(identifier)


def _identifier_name(identifier: Json) -> str:
    return f"identifier|{string(identifier.get('system'))}|{string(identifier.get('value'))}"


def _absolute(target: str, url: str) -> str:
    """A relative reference made absolute by the url of the entry that holds it."""
    if "://" in target or target.startswith("urn:") or "://" not in url:
        return target
    base = url.rsplit("/", 2)[0]
    return f"{base}/{target}"
