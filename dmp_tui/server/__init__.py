"""The bundled server: login, FHIR endpoints, the access check, the trail."""
