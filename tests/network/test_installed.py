"""Models that are installed: found by name, checked, handed on, removed."""

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.tiny_model import make_tiny_model, write_card
from vermilion import Colorizer
from vermilion.errors import ExistsError, ModelError, OutputError
from vermilion.network import Model, find_model, folder, models_folder
from vermilion.network.library import (
    export_model,
    import_model,
    known_models,
    new_model,
    remove_model,
    verify_model,
)


@pytest.fixture
def installed(tmp_path, monkeypatch, tiny_model_folder):
    """An empty folder for models; the package's own model is the tiny one."""
    monkeypatch.setenv("VERMILION_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(folder, "default_model_folder", lambda: tiny_model_folder)
    return tmp_path / "models"


@pytest.fixture
def own_folder(tmp_path):
    return make_tiny_model(tmp_path / "own")


def without_see(place: Path, **changes: object) -> Path:
    """A fine-tuned model: its own decoder, and the encoder.onnx named by hash alone."""
    files = json.loads((make_tiny_model(place) / "model.json").read_text())["files"]
    write_card(place, **{"name": place.name, "files": files} | changes)
    (place / "encoder.onnx").unlink()
    return place


def with_another_see(place: Path) -> Path:
    """A thawed model: a encoder.onnx that the package's model does not have."""
    import hashlib

    import onnx

    make_tiny_model(place)
    graph = onnx.load(place / "encoder.onnx")
    graph.doc_string = "another"
    onnx.save(graph, place / "encoder.onnx")
    files = {
        name: hashlib.sha256((place / name).read_bytes()).hexdigest()
        for name in ("encoder.onnx", "decoder.onnx")
    }
    write_card(place, name=place.name, files=files)
    return place


def encoder_of(place: Path) -> str:
    digest: str = json.loads((place / "model.json").read_text())["files"]["encoder.onnx"]
    return digest


def ramp():
    return np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(1, 1, 64, 64)


@pytest.mark.parametrize(
    ("platform", "variables", "wanted"),
    [
        ("linux", {}, "home/.local/share/vermilion/models"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/vermilion/models"),
        ("linux", {"XDG_DATA_HOME": "not/absolute"}, "home/.local/share/vermilion/models"),
        ("darwin", {}, "home/Library/Application Support/vermilion/models"),
        ("win32", {}, "home/AppData/Local/vermilion/models"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/vermilion/models"),
        ("linux", {"VERMILION_MODELS": "/srv/models"}, "/srv/models"),
        ("win32", {"VERMILION_MODELS": "~/mine"}, "home/mine"),
    ],
)
def test_models_lie_where_the_platform_keeps_data(tmp_path, monkeypatch, platform, variables, wanted):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for name in ("VERMILION_MODELS", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("vermilion.user_folders.sys", SimpleNamespace(platform=platform))
    assert models_folder() == tmp_path / wanted


def test_nobody_without_a_home_is_left_without_a_word(monkeypatch):
    def none(*_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("VERMILION_MODELS")
    monkeypatch.setattr("vermilion.user_folders._base_folder", none)
    with pytest.raises(ModelError, match="name a folder in VERMILION_MODELS"):
        models_folder()


def test_a_model_is_found_by_its_name(installed, own_folder):
    import_model(str(own_folder), "kodachrome")
    assert find_model("kodachrome") == installed / "kodachrome"
    assert Colorizer("kodachrome", device="cpu").model.hash == Model.load(own_folder, "cpu").hash


def test_a_folder_comes_before_an_installed_model(installed, own_folder, tmp_path, monkeypatch):
    import_model(str(own_folder), "own")
    monkeypatch.chdir(tmp_path)
    assert find_model("own") == Path("own")
    (tmp_path / "photos").mkdir()  # a folder that is no model is in nobody's way
    import_model(str(own_folder), "photos")
    assert find_model("photos") == installed / "photos"


def test_the_packages_model_has_a_name(installed):
    assert find_model("vermilion") == find_model(None) == find_model()


def test_an_unknown_name_is_told_with_those_that_are_known(installed, own_folder):
    import_model(str(own_folder), "kodachrome")
    with pytest.raises(ModelError, match=r"no model 'kodachrom'.*models are vermilion, kodachrome;"):
        Model.load("kodachrom")


def test_a_path_that_is_not_there_is_no_name(installed, tmp_path):
    with pytest.raises(ModelError, match=r"nowhere is not a model folder"):
        Model.load(str(tmp_path / "nowhere"))


def test_a_decoder_paints_on_the_packages_see(installed, tmp_path, tiny_model):
    import_model(str(without_see(tmp_path / "kodachrome")))
    model = Model.load("kodachrome", "cpu")
    np.testing.assert_array_equal(
        model.decode(model.encode(ramp())).chroma, tiny_model.decode(tiny_model.encode(ramp())).chroma
    )
    assert not (installed / "kodachrome" / "encoder.onnx").exists()
    assert model.hash != tiny_model.hash


def test_a_decoder_paints_on_the_see_of_another_installed_model(installed, tmp_path):
    thawed = with_another_see(tmp_path / "thawed")
    import_model(str(thawed))
    child = without_see(tmp_path / "child")
    files = json.loads((child / "model.json").read_text())["files"]
    write_card(child, files=files | {"encoder.onnx": encoder_of(thawed)})
    import_model(str(child))
    Model.load("child", "cpu")
    assert [(model.name, model.lender) for model in known_models()] == [
        ("vermilion", None),
        ("child", installed / "thawed"),
        ("thawed", None),
    ]
    for touch in (lambda: remove_model("thawed"), lambda: import_model(str(thawed), overwrite=True)):
        with pytest.raises(ModelError, match=r"thawed lends its encoder\.onnx to child; remove that first"):
            touch()
    Model.load("child", "cpu")
    remove_model("child")
    remove_model("thawed")
    assert list(installed.iterdir()) == []


def test_a_damaged_model_lends_nothing_and_stops_nobody(installed, tmp_path, own_folder):
    import_model(str(own_folder), "broken")
    (installed / "broken" / "model.json").write_text("{")
    child = without_see(tmp_path / "child")
    import_model(str(child))
    trouble = {model.name: model.trouble for model in known_models()}
    assert trouble["child"] == ""
    assert "is damaged" in trouble["broken"]


def test_what_cannot_be_borrowed_is_not_installed(installed, tmp_path):
    child = without_see(tmp_path / "child")
    files = json.loads((child / "model.json").read_text())["files"]
    write_card(child, files=files | {"encoder.onnx": "f" * 64})
    with pytest.raises(ModelError, match=r"needs the one with the hash ffffffffffff, which neither"):
        import_model(str(child))
    assert list(installed.iterdir()) == []


@pytest.mark.parametrize("name", ["vermilion", "Kodachrome", "../x", "a/b", "", ".hidden", "a b", "a."])
def test_impossible_names(installed, own_folder, name):
    with pytest.raises(ModelError, match="cannot be installed as"), new_model(name):
        pass


def test_nothing_is_overwritten_unasked(installed, own_folder, tmp_path):
    import_model(str(own_folder), "kodachrome")
    with pytest.raises(ExistsError, match=r"kodachrome is installed already.*--overwrite"):
        import_model(str(own_folder), "kodachrome")
    write_card(own_folder, name="newer", files=json.loads((own_folder / "model.json").read_text())["files"])
    import_model(str(own_folder), "kodachrome", overwrite=True)
    assert Model.load("kodachrome", "cpu").card.name == "newer"
    assert [path.name for path in installed.iterdir()] == ["kodachrome"]


def test_what_is_no_model_is_never_replaced(installed, own_folder):
    (installed / "pictures").mkdir(parents=True)
    (installed / "pictures" / "a.jpg").write_bytes(b"dear to somebody")
    with pytest.raises(ExistsError, match="exists and is not a model"):
        import_model(str(own_folder), "pictures", overwrite=True)
    assert (installed / "pictures" / "a.jpg").exists()


def test_a_damaged_model_is_not_installed_and_the_older_one_stays(installed, own_folder):
    import_model(str(own_folder), "kodachrome")
    (own_folder / "decoder.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"decoder\.onnx is damaged"):
        import_model(str(own_folder), "kodachrome", overwrite=True)
    verify_model("kodachrome")
    assert [path.name for path in installed.iterdir()] == ["kodachrome"]


def test_a_place_that_takes_no_models_is_named(installed, own_folder):
    installed.write_text("a file where the folder should be")
    with pytest.raises(OutputError, match=r"cannot be written to .*VERMILION_MODELS"):
        import_model(str(own_folder), "kodachrome")


def test_verifying_finds_one_changed_byte(installed, own_folder):
    import_model(str(own_folder), "kodachrome")
    verify_model("kodachrome")
    path = installed / "kodachrome" / "decoder.onnx"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"decoder\.onnx is damaged"):
        verify_model("kodachrome")


@pytest.mark.parametrize("target", ["copy.zip", "copy"])
def test_a_model_goes_from_hand_to_hand(installed, tmp_path, target):
    import_model(str(without_see(tmp_path / "kodachrome")))
    digest = Model.load("kodachrome", "cpu").hash
    export_model("kodachrome", tmp_path / "out" / target)
    with pytest.raises(ExistsError, match="exists already"):
        export_model("kodachrome", tmp_path / "out" / target)
    import_model(str(tmp_path / "out" / target))
    assert Model.load("copy", "cpu").hash == digest
    assert not (installed / "copy" / "encoder.onnx").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [target]


def test_a_whole_copy_needs_no_lender(installed, tmp_path, monkeypatch):
    import_model(str(without_see(tmp_path / "kodachrome")))
    digest = Model.load("kodachrome", "cpu").hash
    export_model("kodachrome", tmp_path / "whole.zip", whole=True)
    monkeypatch.setattr(folder, "default_model_folder", lambda: tmp_path / "nowhere")
    import_model(str(tmp_path / "whole.zip"))
    assert Model.load("whole", "cpu").hash == digest


def test_a_copy_that_cannot_be_written(installed, own_folder, tmp_path):
    import_model(str(own_folder), "kodachrome")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        export_model("kodachrome", tmp_path / "file" / "copy")


def test_an_archive_leaves_nothing_but_the_files_of_its_card(installed, own_folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        for path in own_folder.iterdir():
            archive.write(path, f"deep/inside/{path.name}")
        archive.writestr("deep/inside/../../../escaped.txt", "x")
        archive.writestr("deep/inside/more.txt", "x")
    import_model(str(tmp_path / "model.zip"))
    assert {path.name for path in (installed / "model").iterdir()} == {
        "model.json",
        "encoder.onnx",
        "decoder.onnx",
    }
    assert not list(tmp_path.rglob("*.txt"))


def test_archives_that_are_none(installed, own_folder, tmp_path, monkeypatch):
    (tmp_path / "text.zip").write_text("text")
    with pytest.raises(ModelError, match=r"text\.zip is damaged or not an archive"):
        import_model(str(tmp_path / "text.zip"))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a/model.json", "{}")
        archive.writestr("b/model.json", "{}")
    with pytest.raises(ModelError, match="holds 2 models"):
        import_model(str(tmp_path / "two.zip"))
    monkeypatch.setattr("vermilion.network.library.exchange.LARGEST_MODEL", 10)
    import_model(str(own_folder), "kodachrome")
    export_model("kodachrome", tmp_path / "large.zip")
    with pytest.raises(
        ModelError, match=r"unpacks to [\d,]+ bytes, most of them .*, and a model has at most 10;"
    ):
        import_model(str(tmp_path / "large.zip"))


def test_an_archive_unpacks_nothing_that_its_card_does_not_name(installed, own_folder, tmp_path, monkeypatch):
    unpacked = []
    opened = zipfile.ZipFile.open

    def watched(self, info, *more, **others):
        unpacked.append(Path(getattr(info, "filename", "")).name)
        return opened(self, info, *more, **others)

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    with zipfile.ZipFile(tmp_path / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in own_folder.iterdir():
            archive.write(path, f"model/{path.name}")
        for number in range(30):
            archive.writestr(f"model/more{number}", bytes(1_000_000))
    unpacked.clear()
    import_model(str(tmp_path / "model.zip"))
    assert sorted(unpacked) == ["decoder.onnx", "encoder.onnx", "model.json"]


def test_the_files_that_a_card_names_are_limited_as_a_whole(installed, own_folder, tmp_path, monkeypatch):
    more = {f"more{number}": "0" * 64 for number in range(30)}
    files = json.loads((own_folder / "model.json").read_text())["files"]
    write_card(own_folder, files=files | more)
    with zipfile.ZipFile(tmp_path / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in own_folder.iterdir():
            archive.write(path, f"model/{path.name}")
        for name in more:
            archive.writestr(f"model/{name}", bytes(1_000_000))
    assert (tmp_path / "model.zip").stat().st_size < 2_000_000
    monkeypatch.setattr("vermilion.network.library.exchange.LARGEST_MODEL", 20_000_000)
    with pytest.raises(ModelError, match=r"unpacks to 3\d,\d{3},\d{3} bytes"):
        import_model(str(tmp_path / "model.zip"))
    assert not list(installed.glob("*"))


@pytest.mark.parametrize("harm", ["deep", "infinite", "large"])
def test_a_card_that_means_harm_is_one_sentence(installed, own_folder, tmp_path, harm):
    card = (own_folder / "model.json").read_text()
    infinite = json.dumps(json.loads(card) | {"working_size": float("inf")})
    cards = {"deep": "[" * 100_000, "infinite": infinite, "large": card + " " * 2_000_000}
    with zipfile.ZipFile(tmp_path / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/model.json", cards[harm])
    with pytest.raises(ModelError, match=r"damaged|of a wrong kind|unpacks to"):
        import_model(str(tmp_path / "model.zip"))


@pytest.mark.parametrize("name", ["../secret", "a/b", "a\\b", "C:secret", "..", "", "/etc/passwd"])
def test_names_that_lead_elsewhere_are_refused(installed, own_folder, name):
    files = json.loads((own_folder / "model.json").read_text())["files"]
    write_card(own_folder, files=files | {name: "0" * 64})
    with pytest.raises(ModelError, match="names a file outside its folder"):
        import_model(str(own_folder))


def test_only_what_is_installed_can_be_removed(installed, own_folder):
    for name in ("vermilion", "kodachrome", "../own"):
        with pytest.raises(ModelError, match="no installed model"):
            remove_model(name)
    assert own_folder.exists()


def test_a_linked_model_is_unlinked(installed, own_folder):
    installed.mkdir()
    (installed / "linked").symlink_to(own_folder, target_is_directory=True)
    Model.load("linked", "cpu")
    remove_model("linked")
    assert not (installed / "linked").exists()
    assert (own_folder / "model.json").exists()
