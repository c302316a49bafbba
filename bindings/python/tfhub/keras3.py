"""KerasLayer for Keras 3, with TensorFlow as its back end."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from tfhub._hub_callable import HubCallable

__all__ = ["KerasLayer"]


@keras.saving.register_keras_serializable("tfhub")
class KerasLayer(keras.layers.Layer):
    """A model of a hub, or any callable, as a layer; for fine-tuning with `trainable=True`. As tensorflow_hub's class.

    A TF2 SavedModel is called by its __call__, which gets `training` if it has such an argument: true where the layer is
    trainable and called for training. `variables`, `trainable_variables` and `regularization_losses` of it become the layer's.

    Args:
      handle: as of tfhub.load(), or a callable. Only a string can be written into a config.
      trainable: whether its weights are trained. Not with a signature, nor with the TF1 Hub format (ValueError).
      arguments: more keyword arguments for the callable. JSON, if a config is wanted.
      tags, load_options: as tags and options of tfhub.load().
      signature: which signature to call; of the TF1 Hub format "default" if none is named.
      signature_outputs_as_dict: the result is the dict of all outputs.
      output_key: the result is this one of them; of the TF1 Hub format "default" if none is named.
      output_shape: of the result, without the batch: where the model does not tell. A nest, if the result is one.
      **kwargs: go to keras.layers.Layer.
    """

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
        if keras.backend.backend() != "tensorflow":
            raise NotImplementedError(
                f"KerasLayer runs TensorFlow models, and Keras works on {keras.backend.backend()}; set KERAS_BACKEND=tensorflow"
            )
        hub_callable = HubCallable(
            handle, arguments, tags, signature, signature_outputs_as_dict, output_key, output_shape, load_options
        )
        super().__init__(trainable=trainable, **kwargs)
        self._hub_callable = hub_callable
        self._func = hub_callable.loaded  # so that it is exported with the layer
        self._adopted = [_adopt(variable, trainable=True) for variable in hub_callable.trainable_variables]
        self._adopted += [_adopt(variable, trainable=False) for variable in hub_callable.other_variables]
        self._regularize_by(hub_callable.losses)
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        if self.trainable:
            self._hub_callable.check_trainable(bool(self.trainable_weights))
        trains = self.trainable and training is not None  # a frozen one infers, like BatchNormalization
        return self._hub_callable(inputs, training if trains else False)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._hub_callable.config()

    @property
    def resolved_object(self) -> Any:
        """What `handle` stands for: the loaded model, or the callable that was given."""
        return self._func

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = self._hub_callable.output_shape
        if shape is None:
            return self.compute_output_spec(keras.KerasTensor(input_shape, self.compute_dtype)).shape
        return tuple(tf.TensorShape(tf.nest.flatten(input_shape)[:1]).concatenate(shape).as_list())

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        # By tracing call(): Layer would make it of compute_output_shape(), which knows no types.
        return keras.Operation.compute_output_spec(self, *args, **kwargs)

    def _regularize_by(self, losses: list[Any]) -> None:
        """Keras 3 asks each trainable weight for its loss; those of a model belong to all, so the first one tells them."""
        weights = [weight for weight in self._adopted if weight.trainable]
        if losses and weights:
            weights[0].regularizer = lambda _: tf.add_n([loss() for loss in losses])


def _adopt(variable: tf.Variable, trainable: bool) -> keras.Variable:
    """A variable of Keras around one of TensorFlow; no copy."""
    name = variable.name.replace("/", "_")  # which Keras does not allow
    return keras.Variable(variable, shape=variable.shape, dtype=variable.dtype, trainable=trainable, autocast=False, name=name)
