"""What could keep a deploy from working, looked at before it does."""
