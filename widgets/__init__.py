"""Front ends of parkkit for notebooks and pages: each holds a choice and draws it."""

from .convention_picker import ConventionPicker
from .park_picker import ParkPicker

__all__ = ["ConventionPicker", "ParkPicker"]
