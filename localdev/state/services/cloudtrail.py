"""CloudTrail: trails go on recording, and deliver what they had not delivered yet."""

from __future__ import annotations

from typing import Any

from localdev.providers.cloudtrail import delivery, recording
from localdev.providers.cloudtrail.kept import all_trails
from localdev.state.part import Part


class Service(Part):
    def restore(self, kept: Any) -> None:
        trails = list(all_trails())
        if trails:
            recording.begin()
        if any(trail.pending for trail in trails):
            delivery.soon()
