"""Imported once, by the process that all runs are forked from: it loads what each run would load by itself."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

SERVICES = ("sts", "s3", "iam", "lambda", "logs", "apigateway", "kms")


def warm() -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    sys.modules.update(dict.fromkeys(("awscrt", "OpenSSL")))  # as a run does for itself
    import boto3

    import deployer

    for module in pkgutil.walk_packages(deployer.__path__, "deployer."):
        importlib.import_module(module.name)
    for service in SERVICES:  # with keys, so that no run finds another's credentials in the session
        boto3.client(service, "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


warm()
