"""Toxicity models: the bundled one and Detoxify, and what runs them."""

import os

# On Linux too, onnxruntime gives the machine an id and reports to its maker, unless it is told not to before
# it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
