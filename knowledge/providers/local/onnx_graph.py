"""The ONNX graph of all-MiniLM-L6-v2: a BERT encoder, mean pooling and L2 normalisation.

The graph holds no weights. It points into model.safetensors, which onnxruntime maps into memory: the graph
takes some 50 kB, and the weights are neither copied on the disk nor read twice. The fused operators are
onnxruntime's own (`com.microsoft`, see its ContribOperators.md), so that no optimiser has to find them.

Imported only where a graph is built: `onnx` takes a third of a second and is not needed to run one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

from knowledge.providers.local.weights import Tensor

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
LAYER_NORM_EPSILON = 1e-12

_OPSET = 17
_IR_VERSION = 8
_FUSED = "com.microsoft"


def build(weights: Path, tensors: Mapping[str, Tensor]) -> bytes:
    """The serialised graph.

    Inputs: `input_ids` and `attention_mask`, int64 (batch, tokens). Output: `embedding`, float32
    (batch, DIMENSIONS), rows L2-normalised. Token types are zero throughout.
    """
    return _Graph(weights, tensors).serialised()


class _Graph:
    """A graph being written, node after node."""

    def __init__(self, weights: Path, tensors: Mapping[str, Tensor]) -> None:
        self._weights = weights
        self._tensors = tensors
        self._nodes: list[NodeProto] = []
        self._initializers: dict[str, TensorProto] = {}

    def serialised(self) -> bytes:
        self._pool(self._encoder())
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            inputs=[
                helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
                for name in ("input_ids", "attention_mask")
            ],
            outputs=[helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", DIMENSIONS])],
            initializer=list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return bytes(
            helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
        )

    def _encoder(self) -> str:
        hidden = self._embeddings()
        mask = self._node("Cast", ["attention_mask"], to=TensorProto.INT32)
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            attended = self._attention(hidden, mask, f"{layer}.attention.self")
            hidden = self._output(attended, hidden, f"{layer}.attention.output")
            widened = self._linear(hidden, f"{layer}.intermediate.dense")
            bias = self._weight(f"{layer}.intermediate.dense.bias")
            widened = self._node("BiasGelu", [widened, bias], domain=_FUSED)
            hidden = self._output(widened, hidden, f"{layer}.output")
        return hidden

    def _embeddings(self) -> str:
        first = self._constant("first", [0])
        length = self._node("Shape", ["input_ids"], start=1, end=2)
        words = self._node("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"])
        positions = self._weight("embeddings.position_embeddings.weight")
        positions = self._node("Slice", [positions, first, length, first])
        kind = self._node("Gather", [self._weight("embeddings.token_type_embeddings.weight"), first])
        total = self._node("Add", [words, self._node("Add", [positions, kind])])
        norm = [self._weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return self._node("LayerNormalization", [total, *norm], epsilon=LAYER_NORM_EPSILON)

    def _attention(self, hidden: str, mask: str, name: str) -> str:
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        projected = [self._linear(hidden, part) for part in parts]
        bias = np.concatenate([self._values(f"{part}.bias") for part in parts])
        inputs = [*projected, self._constant(f"{name}.bias", bias), mask]
        return self._node("MultiHeadAttention", inputs, domain=_FUSED, num_heads=HEADS)

    def _output(self, hidden: str, skipped: str, name: str) -> str:
        """The last linear layer of a block, the block's input added, normalised."""
        weights = [
            self._weight(f"{name}.{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
        ]
        inputs = [self._linear(hidden, f"{name}.dense"), skipped, *weights]
        return self._node("SkipLayerNormalization", inputs, domain=_FUSED, epsilon=LAYER_NORM_EPSILON)

    def _pool(self, hidden: str) -> None:
        """The tokens' sum, padding left out: normalised it is what their mean is, normalised."""
        second = self._constant("second", [1])
        mask = self._node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        total = self._node("MatMul", [self._node("Unsqueeze", [mask, second]), hidden])
        self._node("LpNormalization", [self._node("Squeeze", [total, second])], "embedding", axis=-1, p=2)

    def _linear(self, hidden: str, name: str) -> str:
        """Without its bias, which a fused operator adds. PyTorch stores weights as (out, in)."""
        return self._node("FusedMatMul", [hidden, self._weight(f"{name}.weight")], domain=_FUSED, transB=1)

    def _node(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, values: npt.ArrayLike) -> str:
        self._initializers[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def _values(self, name: str) -> npt.NDArray[np.float32]:
        tensor = self._tensors[name]
        return np.fromfile(self._weights, dtype="<f4", count=tensor.length // 4, offset=tensor.offset)

    def _weight(self, name: str) -> str:
        """A tensor of the weights' file, named where it lies."""
        tensor = self._tensors[name]
        proto = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=tensor.shape)
        proto.data_location = TensorProto.EXTERNAL
        place = {"location": self._weights.name, "offset": str(tensor.offset), "length": str(tensor.length)}
        for key, value in place.items():
            proto.external_data.add(key=key, value=value)
        self._initializers[name] = proto
        return name
