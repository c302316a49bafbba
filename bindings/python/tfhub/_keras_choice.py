"""Which Keras a program means: tensorflow_hub knows only the second, TensorFlow's own is the third since 2.16."""

from __future__ import annotations

import sys
from importlib import import_module


def keras_layer_class() -> type:
    """The KerasLayer of Keras 2 where tf_keras has been imported, or tf.keras is Keras 2; else that of Keras 3."""
    second = sys.modules.get("tf_keras") is not None or not tf_keras_is_third()
    return import_module("tfhub.keras2" if second else "tfhub.keras3").KerasLayer


def tf_keras_is_third() -> bool:
    """Whether tf.keras is Keras 3. It is not before TensorFlow 2.16, and with TF_USE_LEGACY_KERAS=1."""
    import tensorflow as tf

    return getattr(tf.keras, "__version__", "2").startswith("3.")
