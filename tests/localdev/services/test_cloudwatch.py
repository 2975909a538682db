"""CloudWatch's database, asked of LocalStack's own class in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NOTHING_STAYS_OPEN = """
import gc, os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from localdev.services import cloudwatch
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

gc.disable()
cloudwatch.apply()
where = Path.home() / "metrics.db"
CloudwatchDatabase.CLOUDWATCH_DATA_ROOT = str(where.parent)
CloudwatchDatabase.METRICS_DB, CloudwatchDatabase.METRICS_DB_READ_ONLY = str(where), f"file:{where}?mode=ro"
database = CloudwatchDatabase()
counted = [{"MetricName": "Invocations", "Value": 1, "Dimensions": []}] * 5
database.add_metric_data("000000000000", "us-east-1", "AWS/Lambda", counted)
now = datetime.utcnow()
units = database.get_units_for_metric_data_stat(
    "000000000000", "us-east-1", now - timedelta(hours=1), now + timedelta(hours=1), "Invocations", "AWS/Lambda"
)
assert units is not None
files = []
for file in Path("/proc/self/fd").iterdir():
    with suppress(FileNotFoundError):  # such as the one of this folder
        files.append(os.readlink(file))
assert str(where) not in files, files
"""


@pytest.mark.emulator
def test_a_metric_leaves_no_open_file(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", NOTHING_STAYS_OPEN], env={"HOME": str(tmp_path)}, check=True)
