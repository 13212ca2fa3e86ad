"""Whether pictures would show what no picture may: a patient's name or number, a password."""

from __future__ import annotations

from collections.abc import Iterator

from bots.portal.definition.parts import Field
from bots.portal.definition.portal import PortalDefinition
from bots.portal.payload import names_in
from engine.toml_places import Place

# What a person wrote for an appeal may say anything of anybody.
SECRETS = frozenset({"member_no", "patient_name", "statement", "username", "password", "code"})


def shown_secrets(definition: PortalDefinition) -> Iterator[tuple[Place, str]]:
    """Each name or label that `evidence` lets be seen and that stands for a secret."""
    labels, names = _secret_places(definition)
    for number, label in enumerate(definition.evidence.labels):
        if label in labels:
            yield ("evidence", "labels", str(number)), f"would show {labels[label]}"
    for number, name in enumerate(definition.evidence.names):
        for secret, key in names.items():
            fits = secret.startswith(name[:-1]) if name.endswith("*") else secret == name
            if fits:
                yield ("evidence", "names", str(number)), f"would show {key}"


def _secret_places(definition: PortalDefinition) -> tuple[dict[str, str], dict[str, str]]:
    """What the secrets are called on the pages: labels and names of inputs, with our key."""
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    for page in definition.pages.values():
        for key, field in page.fields.items():
            if secret := _secret_of(key, field):
                beside = (field.anchors.get(kind) for kind in ("label", "above", "near"))
                labels.update({label: secret for label in beside if label})
                names.update({field.anchors["name"]: secret} if "name" in field.anchors else {})
        for key, told in (page.pairs.values if page.pairs else {}).items():
            if key in SECRETS and told.label:
                labels[told.label] = key
        for key, column in (page.table.columns if page.table else {}).items():
            if key in SECRETS:
                labels[column.heading] = key
    return labels, names


def _secret_of(key: str, field: Field) -> str:
    """The secret that a field holds, "" when it holds none."""
    named = names_in(field.value or f"{{{key}}}")
    return next((name for name in named if name in SECRETS), "")
