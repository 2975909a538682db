"""SSM: moto's dictionary of parameters, which is made with the account and region that it is of."""

# mypy: allow-untyped-calls
from __future__ import annotations

from moto.ssm.models import ParameterDict

from localdev.state.part import Part, Reduced, Reducers


class Service(Part):
    def reducers(self) -> Reducers:
        return {ParameterDict: _reduce}


def _reduce(of: ParameterDict) -> Reduced:
    return ParameterDict, (of.account_id, of.region_name), vars(of), None, iter(list(of.items()))
