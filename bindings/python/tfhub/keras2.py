"""KerasLayer for Keras 2: tf_keras, or the tf.keras of TensorFlow before 2.16."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tfhub._hub_callable import HubCallable
from tfhub._keras_choice import tf_keras_is_third

if tf_keras_is_third():
    import tf_keras as keras
else:
    keras = tf.keras

__all__ = ["KerasLayer"]


@keras.utils.register_keras_serializable("tfhub")
class KerasLayer(keras.layers.Layer):
    """tfhub.keras3.KerasLayer says what it is; here it is a layer of Keras 2, as tensorflow_hub's."""

    def __init__(
        self,
        handle: Any,
        trainable: bool = False,
        arguments: dict[str, Any] | None = None,
        _sentinel: None = None,
        tags: Any = None,
        signature: str | None = None,
        signature_outputs_as_dict: bool | None = None,
        output_key: str | None = None,
        output_shape: Any = None,
        load_options: tf.saved_model.LoadOptions | None = None,
        **kwargs: Any,
    ):
        hub_callable = HubCallable(
            handle, arguments, tags, signature, signature_outputs_as_dict, output_key, output_shape, load_options
        )
        super().__init__(trainable=trainable, **kwargs)
        self._hub_callable = hub_callable
        self._func = hub_callable.loaded  # so that it is saved with the layer, under tensorflow_hub's name for it
        for variable in hub_callable.trainable_variables:
            self._add_existing_weight(variable, trainable=True)
        for variable in hub_callable.other_variables:
            self._add_existing_weight(variable, trainable=False)
        for loss in hub_callable.losses:
            self.add_loss(lambda loss=loss: loss() if self.trainable else 0.0)

    def call(self, inputs: Any, training: Any = None) -> Any:
        if not self.trainable:
            training = False  # like BatchNormalization
        else:
            self._hub_callable.check_trainable(bool(self.trainable_weights))
            if training is None:
                training = keras.backend.learning_phase()
        return self._hub_callable(inputs, training)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._hub_callable.config()

    @property
    def resolved_object(self) -> Any:
        """What `handle` stands for: the loaded model, or the callable that was given."""
        return self._func

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = self._hub_callable.output_shape
        if shape is None:
            return super().compute_output_shape(input_shape)
        return tf.TensorShape(tf.nest.flatten(input_shape)[:1]).concatenate(shape)

    def _add_existing_weight(self, variable: tf.Variable, trainable: bool) -> None:
        self.add_weight(
            name=variable.name,
            shape=variable.shape,
            dtype=variable.dtype,
            trainable=trainable,
            experimental_autocast=False,
            getter=lambda *_, **__: variable,
        )
