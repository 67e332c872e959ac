"""The rules that a workbench judges by: those of the project."""

from data.code_version import ROOT

POLICY = ROOT / "configs/gauntlet.toml"
