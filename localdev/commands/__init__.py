"""The commands of ``python -m localdev``: one module each, with a click command of the same name."""
