"""What a KerasLayer wraps, and the rules for calling it: the same in every Keras, and those of tensorflow_hub."""

from __future__ import annotations

import functools
import inspect
import json
import logging
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from tfhub._load import load


class HubCallable:
    """A loaded model, or any callable, with what was asked of it. Arguments as of KerasLayer.

    Attributes:
      loaded: what `handle` stands for. Its `variables`, `trainable_variables` and `regularization_losses`, where it has them,
        belong to the layer.
    """

    def __init__(
        self,
        handle: Any,
        arguments: Mapping[str, Any] | None,
        tags: Any,
        signature: str | None,
        signature_outputs_as_dict: bool | None,
        output_key: str | None,
        output_shape: Any,
        load_options: tf.saved_model.LoadOptions | None,
    ):
        self.handle = handle
        self.loaded = _loaded(handle, tags, load_options)
        self.output_shape = _to_shapes(output_shape) if output_shape else None
        self._arguments = dict(arguments or {})
        self._signature = signature
        self._outputs_as_dict = signature_outputs_as_dict
        self._output_key = output_key
        self._is_tf1_module = getattr(self.loaded, "_is_hub_module_v1", False)
        self._warned = False
        if self._is_tf1_module:
            self._signature = self._signature or "default"
            if not self._outputs_as_dict:
                self._output_key = self._output_key or "default"
        if self._signature and (self._output_key is not None) == bool(self._outputs_as_dict):
            raise ValueError("When using a signature, either output_key or signature_outputs_as_dict=True should be set.")
        if not self._signature and self._outputs_as_dict:
            raise ValueError(
                "signature_outputs_as_dict is only valid if specifying a signature (or using a legacy TF1 Hub format)."
            )
        self._function = self._find_function()
        self._takes_training = _takes_training(self._function)

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        return list(getattr(self.loaded, "trainable_variables", ()))

    @property
    def other_variables(self) -> list[tf.Variable]:
        trainable = {id(variable) for variable in self.trainable_variables}
        return [variable for variable in getattr(self.loaded, "variables", ()) if id(variable) not in trainable]

    @property
    def losses(self) -> list[Any]:
        """Functions of no argument, each of which gives a scalar."""
        losses = list(getattr(self.loaded, "regularization_losses", ()))
        if not all(callable(loss) for loss in losses):
            raise ValueError(
                "KerasLayer(obj) expects obj.regularization_losses to be an iterable of callables, each returning a scalar "
                "loss term."
            )
        return losses

    def __call__(self, inputs: Any, training: Any) -> Any:
        """`training`: a bool or a tensor; what it says reaches only functions that have such an argument."""
        keywords = dict(self._arguments)
        if self._signature and isinstance(inputs, Mapping):
            function = functools.partial(self._function, **keywords, **inputs)
        else:
            function = functools.partial(self._function, inputs, **keywords)
        if self._takes_training:
            result = tf.__internal__.smart_cond.smart_cond(
                training, lambda: function(training=True), lambda: function(training=False)
            )
        else:
            result = function()
        return self._with_output_shape(inputs, self._output_of(result))

    def check_trainable(self, has_weights: bool) -> None:
        """Raises where training would go wrong: only a TF2 SavedModel called by its __call__ knows what training is."""
        if self._is_tf1_module:
            raise ValueError("Setting KerasLayer.trainable = True is unsupported when loading from the TF1 Hub format.")
        if self._signature:
            raise ValueError("Setting KerasLayer.trainable = True is unsupported when calling a SavedModel signature.")
        if not has_weights and not self._warned:
            logging.getLogger("tfhub").error("KerasLayer is trainable but has zero trainable weights.")
            self._warned = True

    def config(self) -> dict[str, Any]:
        """The arguments of KerasLayer, as far as they can be written as JSON. Load options belong to a machine, not here."""
        if not isinstance(self.handle, str):
            # tf.saved_model.save() does without a config when it sees this exception.
            raise NotImplementedError(
                "Can only generate a valid config for `KerasLayer(handle, ...)` that uses a string `handle`.\n\n"
                f"Got `type(handle)`: {type(self.handle)}"
            )
        config: dict[str, Any] = {"handle": self.handle}
        if self.output_shape is not None:
            config["output_shape"] = tf.nest.map_structure(lambda shape: tuple(shape.as_list()), self.output_shape)
        for key, value in self._arguments.items():
            try:
                json.dumps(value)
            except TypeError:
                raise ValueError(f"`KerasLayer(..., arguments)` contains non json-serializable values in key: {key}") from None
        options = {
            "arguments": self._arguments,
            "signature": self._signature,
            "output_key": self._output_key,
            "signature_outputs_as_dict": self._outputs_as_dict,
        }
        return config | {name: value for name, value in options.items() if value}

    def _find_function(self) -> Any:
        if callable(self.loaded) and not self._signature:
            return self.loaded
        if not hasattr(self.loaded, "signatures"):
            also = "" if self._signature else "is not callable and "
            raise ValueError(f"Loaded object {also}has no signatures.")
        if self._signature is None:
            raise ValueError(
                "Signature name has to be specified for non-callable saved models (if not legacy TF1 Hub format)."
            )
        if self._signature not in self.loaded.signatures:
            raise ValueError(
                f"Unknown signature {self._signature} in {self.handle} (available signatures: {self.loaded.signatures})."
            )
        return self.loaded.signatures[self._signature]

    def _output_of(self, result: Any) -> Any:
        if not self._output_key:
            return result
        if not isinstance(result, dict):
            raise ValueError(f"Specifying `output_key` is forbidden if output type {type(result)} is not a dict.")
        if self._output_key not in result:
            raise ValueError(
                f"KerasLayer output does not contain the output key {self._output_key} (available: {result.keys()})."
            )
        return result[self._output_key]

    def _with_output_shape(self, inputs: Any, outputs: Any) -> Any:
        if self.output_shape is not None:
            batch = tf.TensorShape(tf.nest.flatten(inputs)[0].shape[:1])
            tf.nest.map_structure(lambda tensor, shape: tensor.set_shape(batch.concatenate(shape)), outputs, self.output_shape)
        return outputs


def _loaded(handle: Any, tags: Any, load_options: Any) -> Any:
    if not callable(handle):
        return load(handle, tags=tags, options=load_options)
    for name, value in (("tags", tags), ("load_options", load_options)):
        if value is not None:
            raise ValueError(f"Passing a callable handle is mutually exclusive with setting {name}.")
    return handle


def _takes_training(function: Any) -> bool:
    return "training" in inspect.signature(function.__call__).parameters


def _to_shapes(nest: Any) -> Any:
    """A nest whose tuples and lists of numbers and None become tf.TensorShape."""
    if isinstance(nest, dict):  # never a shape, though one could be made of its keys
        return {name: _to_shapes(value) for name, value in nest.items()}
    try:
        return tf.TensorShape(nest)
    except TypeError:
        pass
    if isinstance(nest, (list, tuple)):
        return type(nest)(_to_shapes(value) for value in nest)
    raise TypeError(f"Cannot convert to nest of TensorShapes, found none of TensorShape, dict, list, tuple: {nest!r}")
