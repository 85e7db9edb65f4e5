import numpy as np
import pytest

from vermilion.color import ab_to_cbcr, cbcr_to_rgb, rgb_to_lab
from vermilion.errors import SettingsError
from vermilion.guidance.looks.cube import apply_cube, parse_cube, read_cube


def cube_text(function, size=5, header=""):
    """A .cube file of a function of sRGB [n,3]; red runs fastest, as the specification says."""
    steps = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    rows = function(np.stack([red, green, blue], -1).reshape(-1, 3))
    lines = [" ".join(f"{value:.6f}" for value in row) for row in rows]
    return f'TITLE "made # up"\n# a comment\n{header}LUT_3D_SIZE {size}\n\n' + "\n".join(lines) + "\n"


@pytest.fixture
def luma():
    return np.random.default_rng(1).uniform(0.35, 0.75, (12, 16)).astype(np.float32)


@pytest.fixture
def ab():
    return np.random.default_rng(2).normal(0, 6, (12, 16, 2)).astype(np.float32)


def test_the_identity_changes_no_color(luma, ab):
    for size in (2, 5, 33):
        cube = parse_cube(cube_text(lambda rgb: rgb, size), "identity")
        np.testing.assert_allclose(apply_cube(cube, luma, ab), ab, atol=0.01)


def test_grey_comes_out_of_a_table_without_color(luma, ab):
    weights = np.array([0.299, 0.587, 0.114])
    cube = parse_cube(cube_text(lambda rgb: np.repeat(rgb @ weights[:, None], 3, axis=1)), "grey")
    assert abs(apply_cube(cube, luma, ab)).max() < 0.05


def test_red_and_blue_change_places(luma, ab):
    """The order of the rows matters: red counts fastest."""
    cube = parse_cube(cube_text(lambda rgb: rgb[:, ::-1]), "swapped")
    rgb = cbcr_to_rgb(luma, ab_to_cbcr(luma, ab))
    np.testing.assert_allclose(apply_cube(cube, luma, ab), rgb_to_lab(rgb[..., ::-1])[..., 1:], atol=0.01)


def test_tones_that_a_table_changes_are_not_ours_to_change(luma, ab):
    darker = parse_cube(cube_text(lambda rgb: 0.5 * rgb), "darker")
    assert np.linalg.norm(apply_cube(darker, luma, np.zeros_like(ab)), axis=-1).max() < 0.05


def test_values_between_entries_are_blended():
    cube = parse_cube(cube_text(lambda rgb: np.stack([rgb[:, 0], rgb[:, 0] ** 2, rgb[:, 0]], 1), 3), "curve")
    grey, nothing = np.full((1, 1), 0.25, np.float32), np.zeros((1, 1, 2), np.float32)
    halfway = rgb_to_lab(np.array([0.25, 0.125, 0.25]))  # from 0 to the entry of 0.5, whose green is 0.25
    np.testing.assert_allclose(apply_cube(cube, grey, nothing)[0, 0], halfway[1:], atol=0.01)


def test_the_domain_says_what_the_first_and_the_last_entry_stand_for(luma, ab):
    header = "DOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 2\n"
    cube = parse_cube(cube_text(lambda rgb: 2 * rgb, 9, header), "wide")
    np.testing.assert_allclose(apply_cube(cube, luma, ab), ab, atol=0.01)


def test_a_file_with_a_byte_order_mark_and_windows_line_ends(tmp_path, luma, ab):
    path = tmp_path / "identity.cube"
    path.write_bytes(b"\xef\xbb\xbf" + cube_text(lambda rgb: rgb).replace("\n", "\r\n").encode())
    np.testing.assert_allclose(apply_cube(read_cube(path), luma, ab), ab, atol=0.01)


def test_inputs_stay_as_they_were(luma, ab):
    before = luma.copy(), ab.copy()
    apply_cube(parse_cube(cube_text(lambda rgb: rgb), "identity"), luma, ab)
    np.testing.assert_array_equal(luma, before[0])
    np.testing.assert_array_equal(ab, before[1])


TWO = "LUT_3D_SIZE 2\n" + "0 0 0\n" * 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no LUT_3D_SIZE"),
        ("0 0 0\n", "names no LUT_3D_SIZE"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", "is a 1D LUT, which changes tones and no colours"),
        ("LUT_3D_SIZE 1\n0 0 0\n", "line 1: LUT_3D_SIZE 1 is impossible; it is one number from 2 to 129"),
        ("LUT_3D_SIZE 1000\n", "is impossible"),
        ("LUT_3D_SIZE\n", "is impossible"),
        ("LUT_3D_SIZE two\n", "is impossible"),
        (TWO, "has 7 rows of colours, but LUT_3D_SIZE 2 needs 8"),
        (TWO + "0 0\n", "line 9: '0 0' is not three numbers"),
        (TWO + "0 0 0,5\n", "line 9: '0 0 0,5' is not three numbers"),
        (TWO + "0 0 1e99\n", "line 9: '0 0 1e99' is not three numbers"),
        (TWO + "nan 0 0\n", "line 9: 'nan' does not belong in a .cube file"),
        ("<html>\nLUT_3D_SIZE 2\n" + "0 0 0\n" * 8, "has 9 rows|is not three numbers"),
        ("DOMAIN_MIN 0 0\n" + TWO + "1 1 1\n", "line 1: '0 0' is not three numbers"),
        ("DOMAIN_MIN 1 1 1\n" + TWO + "1 1 1\n", "DOMAIN_MIN is not below DOMAIN_MAX"),
    ],
)
def test_a_malformed_file_is_refused_in_one_sentence(text, message):
    with pytest.raises(SettingsError, match=message) as refusal:
        parse_cube(text, "film.cube")
    assert str(refusal.value).startswith("film.cube")


def test_a_missing_file(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.cube cannot be read"):
        read_cube(tmp_path / "none.cube")


def test_a_file_of_bytes_that_are_no_text(tmp_path):
    (tmp_path / "x.cube").write_bytes(bytes(range(256)) * 4)
    with pytest.raises(SettingsError, match=r"x\.cube"):
        read_cube(tmp_path / "x.cube")


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0", b"LUT_3D_SIZE 2\n\x1b[31mred\n", b"\0"],
)
def test_a_binary_file_is_told_without_its_bytes(content, tmp_path):
    path = tmp_path / "a.cube"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_cube(path)
    assert str(caught.value) == f"{path} is not a 3D LUT; name a .cube file."


def test_long_lines_are_told_by_their_beginning():
    for text in ("A" * 9000, f"LUT_3D_SIZE {'9' * 9000}", "LUT_3D_SIZE 2\n" + "0 0 0\n" * 7 + "1 " * 9000):
        with pytest.raises(SettingsError) as caught:
            parse_cube(text, "a.cube")
        assert len(str(caught.value)) < 160
