"""A portal as data: what its pages are called, how fields are found, what the commit looks like.

Apart from the bot because it holds no browser: a definition can be checked, hashed, compared and
patched on any machine.
"""

from bots.portal.definition.access import EvidenceRule, Login, Mark, Marks, Politeness
from bots.portal.definition.forms import Form, FormKind
from bots.portal.definition.loading import DefinitionUnreadable, Fault, faults_of, load
from bots.portal.definition.parts import (
    AnchorKind,
    Button,
    Column,
    Field,
    Heading,
    Page,
    Pairs,
    Picker,
    Rows,
    Table,
    Told,
)
from bots.portal.definition.patching import Patch, PatchFitsNowhere, anchors_at, patched
from bots.portal.definition.portal import (
    NoSuchForm,
    PortalDefinition,
    Remittances,
    Status,
    Void,
)
from bots.portal.definition.protocol import Commit, Listing, Progress, Receipt, RequestRule
from bots.portal.definition.steps import Step

__all__ = [
    "AnchorKind",
    "Button",
    "Column",
    "Commit",
    "DefinitionUnreadable",
    "EvidenceRule",
    "Fault",
    "Field",
    "Form",
    "FormKind",
    "Heading",
    "Listing",
    "Login",
    "Mark",
    "Marks",
    "NoSuchForm",
    "Page",
    "Pairs",
    "Patch",
    "PatchFitsNowhere",
    "Picker",
    "Politeness",
    "PortalDefinition",
    "Progress",
    "Receipt",
    "Remittances",
    "RequestRule",
    "Rows",
    "Status",
    "Step",
    "Table",
    "Told",
    "Void",
    "anchors_at",
    "faults_of",
    "load",
    "patched",
]
