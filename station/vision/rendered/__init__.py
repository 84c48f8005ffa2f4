"""Render kernel trays with exact truth, for the demo, the tests and the stress cases."""

from station.vision.rendered.phone import SHEETS, Phone
from station.vision.rendered.tray import RenderedKernel, RenderedTray, TrayTruth, render_tray

__all__ = ["SHEETS", "Phone", "RenderedKernel", "RenderedTray", "TrayTruth", "render_tray"]
