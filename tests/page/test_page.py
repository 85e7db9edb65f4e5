"""The file that is built: the same each time, with its licences, and small."""


def test_the_same_sources_give_the_same_bytes(built, again):
    assert built.read_bytes() == again.read_bytes()


def test_the_file_names_its_licences_and_is_no_larger_than_it_was(built):
    text = built.read_text("utf-8")
    assert "Copyright (c) Microsoft Corporation" in text[:3000]
    assert "Apache License 2.0" in text[:3000]
    assert len(text) < 20_500_000
    assert "connect-src" not in text.partition("<body>")[0]


def test_the_page_of_a_web_space_may_ask_for_the_files_beside_it(built):
    site = built.parent / "page"
    assert "connect-src 'self';" in (site / "index.html").read_text("utf-8").partition("<body>")[0]
    assert "The Dawn & Tint Authors" in (site / "licences.txt").read_text("utf-8")
    (program,) = site.glob("webgpu-*.part")
    assert program.stat().st_size < 5_000_000
