"""Front ends of parkkit for notebooks and pages: each holds a choice and draws it."""

from .boundary_editor import BoundaryEditor
from .convention_picker import ConventionPicker
from .decoupling_explorer import DecouplingExplorer
from .fused_explorer import FusedExplorer
from .park_picker import ParkPicker

__all__ = [
    "BoundaryEditor",
    "ConventionPicker",
    "DecouplingExplorer",
    "FusedExplorer",
    "ParkPicker",
]
