"""A page that shows what the emulator holds: ``/_localdev/``. It reads as a boto3 client would, and changes nothing."""
