"""Model folders and ONNX Runtime: arrays in, arrays out."""

from vermilion.network.card import CHROMA_UNIT, ModelCard, read_card
from vermilion.network.engine import engine_name
from vermilion.network.find import find_model, name_of_model
from vermilion.network.folder import (
    ENCODER_FILE,
    WEIGHTS_FILE,
    check_files,
    default_model_folder,
    encoder_folder,
    folder_hash,
    lenders,
    read_graphs,
)
from vermilion.network.frame import with_margin, working_size
from vermilion.network.model import SIDE_MULTIPLE, Decoded, Features, Model
from vermilion.network.places import models_folder

__all__ = [
    "CHROMA_UNIT",
    "ENCODER_FILE",
    "SIDE_MULTIPLE",
    "WEIGHTS_FILE",
    "Decoded",
    "Features",
    "Model",
    "ModelCard",
    "check_files",
    "default_model_folder",
    "encoder_folder",
    "engine_name",
    "find_model",
    "folder_hash",
    "lenders",
    "models_folder",
    "name_of_model",
    "read_card",
    "read_graphs",
    "with_margin",
    "working_size",
]
