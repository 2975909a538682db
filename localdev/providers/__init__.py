"""Services that LocalStack 4.13.1 lacks or cannot run here: one module each, with a function `provide`.

LocalStack finds them by the entry points in ``localdev.plugins``.
"""
