"""What a test leaves in each service: one module each, named as the service is, with ``_`` for ``-`` (and ``lambda_``).

``make(of, memo)`` makes it in an account; ``look(of, memo)`` asks for all of it; ``use(of, memo, until)`` lets it work,
and fails unless it does. memo: what one of them wants the next to know.
"""
