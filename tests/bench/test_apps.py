"""How heavy a site is: what a visitor loads, as it is and compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.apps import weigh


def test_a_site_weighs_what_all_its_files_do(tmp_path: Path) -> None:
    (tmp_path / "qr" / "pictures").mkdir(parents=True)
    (tmp_path / "photo").mkdir()
    page, picture = b"<p>" * 1000, b"\x89PNG"
    (tmp_path / "qr" / "index.html").write_bytes(page)
    (tmp_path / "qr" / "pictures" / "code.png").write_bytes(picture)
    gzipped = len(gzip.compress(page)) + len(gzip.compress(picture))
    assert weigh(tmp_path) == {
        "photo": {"files": 0, "bytes": 0, "gzipped": 0},
        "qr": {"files": 2, "bytes": 3004, "gzipped": gzipped},
    }
