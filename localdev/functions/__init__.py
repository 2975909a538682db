"""Lambda: functions as child processes under AWS's own Python runtime, behind LocalStack's Lambda service."""
