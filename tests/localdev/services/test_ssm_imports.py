"""Systems Manager's imports, without an emulator."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec
from pathlib import Path

from localdev.services.ssm import MODELS, Finder, WhenLookedAt


def test_only_its_own_module_is_spared_ec2(tmp_path: Path) -> None:
    """Others, which are imported by other threads meanwhile, must not find half of it."""
    code = "import json, sys\nfrom moto.ec2 import ec2_backends\nmeanwhile = sys.modules.get('moto.ec2')"
    (tmp_path / "models.py").write_text(code)
    spec = Finder().find_spec(MODELS, [str(tmp_path)])
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    before = sys.modules.get("moto.ec2")
    spec.loader.exec_module(module)
    found = vars(module)
    assert isinstance(found["ec2_backends"], WhenLookedAt)
    assert (found["meanwhile"], found["json"]) == (before, sys.modules["json"])
    assert Finder().find_spec("moto.sqs.models", [str(tmp_path)]) is None
