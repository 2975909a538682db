"""A local emulator: LocalStack from its Python package, Lambda functions as plain processes."""
