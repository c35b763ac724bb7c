"""Writes the fine-tuned MiniLM as ONNX in eight bits: a graph of fused operators, weights per channel.

The graph is made node by node: exporters leave attention in a dozen small pieces.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.learning import Reader
from training.transformer import HEAD_WIDTH, layers_of

EPSILON = 1e-12
FUSED = "com.microsoft"  # onnxruntime's own operators


def export(reader: Reader, path: Path, *, narrow: bool = True) -> None:
    """Writes path, int8. input_ids: int64, (texts, tokens), no padding; logits: one column a label.

    narrow: weights of seven bits: without VNNI instructions a processor would overflow on eight.
    """
    state = {key: value.detach().float().numpy() for key, value in reader.state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(_graph(state), plain)
        quantize_dynamic(
            plain,
            path,
            per_channel=True,
            reduce_range=narrow,
            weight_type=QuantType.QInt8,
            # Shapes are not inferred through the fused operators.
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


class _GraphBuilder:
    """Collects the nodes and weights of a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str, value: np.ndarray) -> str:
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(
        self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any
    ) -> str:
        self.nodes.append(
            helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output


def _graph(state: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    builder = _GraphBuilder()

    def parameter(name: str, part: str = "weight") -> str:
        return builder.weight(f"{name}.{part}", state[f"body.{name}.{part}"])

    def transposed(name: str) -> str:
        """A linear layer's weights as MatMul wants them."""
        return builder.weight(f"{name}.weight", state[f"body.{name}.weight"].T)

    embeddings = "embeddings"
    types = state[f"body.{embeddings}.token_type_embeddings.weight"][0]
    positions = state[f"body.{embeddings}.position_embeddings.weight"] + types
    word_rows = builder.node(
        "Gather", [parameter(f"{embeddings}.word_embeddings"), "input_ids"], "words"
    )
    shape = builder.node("Shape", ["input_ids"], "shape", start=1, end=2)
    zero = builder.weight("zero", np.array([0], np.int64))
    position_rows = builder.node(
        "Slice", [builder.weight("places", positions), zero, shape, zero], "here"
    )
    added = builder.node("Add", [word_rows, position_rows], "added")
    norm = f"{embeddings}.LayerNorm"
    hidden = builder.node(
        "LayerNormalization",
        [added, parameter(norm), parameter(norm, "bias")],
        "layer",
        axis=-1,
        epsilon=EPSILON,
    )
    for layer_number in range(layers_of(state)):
        layer = f"encoder.layer.{layer_number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([state[f"body.{part}.weight"].T for part in parts], 1)
        bias = np.concatenate([state[f"body.{part}.bias"] for part in parts])
        attended = builder.node(
            "Attention",
            [
                hidden,
                builder.weight(f"{layer}.qkv", weight),
                builder.weight(f"{layer}.qkv.bias", bias),
            ],
            f"{layer}.seen",
            FUSED,
            num_heads=positions.shape[1] // HEAD_WIDTH,
        )
        hidden = _add_and_normalise(
            builder, parameter, transposed, attended, hidden, f"{layer}.attention.output"
        )
        wide = builder.node(
            "MatMul", [hidden, transposed(f"{layer}.intermediate.dense")], f"{layer}.wide"
        )
        activated = builder.node(
            "BiasGelu",
            [wide, parameter(f"{layer}.intermediate.dense", "bias")],
            f"{layer}.lit",
            FUSED,
        )
        hidden = _add_and_normalise(
            builder, parameter, transposed, activated, hidden, f"{layer}.output"
        )
    index_one = builder.weight("one", np.array([1], np.int64))
    first_row = builder.node("Slice", [hidden, zero, index_one, index_one], "start")
    first = builder.node("Squeeze", [first_row, index_one], "first")
    mean = builder.node("ReduceMean", [hidden, index_one], "mean", keepdims=0)
    greatest = builder.node("ReduceMax", [hidden, index_one], "greatest", keepdims=0)
    pooled = builder.node("Concat", [first, mean, greatest], "pooled", axis=1)
    # Its few weights matter most: they keep full precision.
    head = [
        builder.weight("head.weight", state["head.weight"]),
        builder.weight("head.bias", state["head.bias"]),
    ]
    builder.node("Gemm", [pooled, *head], "logits", transB=1)
    labels = state["head.bias"].shape[0]
    graph = helper.make_graph(
        builder.nodes,
        "reader",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", labels])],
        list(builder.weights.values()),
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def _add_and_normalise(
    builder: _GraphBuilder,
    parameter: Callable[..., str],
    transposed: Callable[[str], str],
    inputs: str,
    before: str,
    name: str,
) -> str:
    """A linear layer, added to what was before it, normed.

    As separate nodes: fused as SkipLayerNormalization they make the whole network an eighth slower
    (onnxruntime 1.32, AVX2). Network keeps onnxruntime from fusing them.
    """
    product = builder.node("MatMul", [inputs, transposed(f"{name}.dense")], f"{name}.product")
    biased = builder.node("Add", [product, parameter(f"{name}.dense", "bias")], f"{name}.biased")
    both = builder.node("Add", [biased, before], f"{name}.both")
    norm = [parameter(f"{name}.LayerNorm"), parameter(f"{name}.LayerNorm", "bias")]
    return builder.node(
        "LayerNormalization", [both, *norm], f"{name}.normed", axis=-1, epsilon=EPSILON
    )
