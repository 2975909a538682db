"""How heavy a site is: what a visitor loads, as it is and compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.apps import weigh


def test_a_site_weighs_what_all_its_files_do(tmp_path: Path) -> None:
    (tmp_path / "qr" / "pictures").mkdir(parents=True)
    (tmp_path / "photo").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "base.css").write_bytes(b"p {}")
    page, picture = b"<p>" * 1000, b"\x89PNG"
    (tmp_path / "qr" / "index.html").write_bytes(page)
    (tmp_path / "qr" / "pictures" / "code.png").write_bytes(picture)
    shared = len(gzip.compress(b"p {}"))
    gzipped = len(gzip.compress(page)) + len(gzip.compress(picture))
    assert weigh(tmp_path) == {
        "photo": {"files": 1, "bytes": 4, "gzipped": shared},
        "qr": {"files": 3, "bytes": 3008, "gzipped": gzipped + shared},
    }
