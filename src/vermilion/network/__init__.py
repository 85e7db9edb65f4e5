"""Model folders and ONNX Runtime: arrays in, arrays out."""

from vermilion.network.card import CHROMA_UNIT, ModelCard
from vermilion.network.engine import PROVIDERS, engine_name
from vermilion.network.folder import default_model_folder
from vermilion.network.frame import with_margin, working_size
from vermilion.network.model import SIDE_MULTIPLE, Features, Model, Paint

__all__ = [
    "CHROMA_UNIT",
    "PROVIDERS",
    "SIDE_MULTIPLE",
    "Features",
    "Model",
    "ModelCard",
    "Paint",
    "default_model_folder",
    "engine_name",
    "with_margin",
    "working_size",
]
