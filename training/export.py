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


class _Drawing:
    """Nodes and weights, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str, value: np.ndarray) -> str:
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(
        self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **how: Any
    ) -> str:
        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=output, domain=domain, **how)
        )
        return output


def _graph(state: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    draw = _Drawing()

    def of(name: str, part: str = "weight") -> str:
        return draw.weight(f"{name}.{part}", state[f"body.{name}.{part}"])

    def across(name: str) -> str:
        """A linear layer's weights as MatMul wants them."""
        return draw.weight(f"{name}.weight", state[f"body.{name}.weight"].T)

    embeddings = "embeddings"
    types = state[f"body.{embeddings}.token_type_embeddings.weight"][0]
    places = state[f"body.{embeddings}.position_embeddings.weight"] + types
    words = draw.node("Gather", [of(f"{embeddings}.word_embeddings"), "input_ids"], "words")
    shape = draw.node("Shape", ["input_ids"], "shape", start=1, end=2)
    zero = draw.weight("zero", np.array([0], np.int64))
    here = draw.node("Slice", [draw.weight("places", places), zero, shape, zero], "here")
    added = draw.node("Add", [words, here], "added")
    norm = f"{embeddings}.LayerNorm"
    x = draw.node(
        "LayerNormalization", [added, of(norm), of(norm, "bias")], "layer", axis=-1, epsilon=EPSILON
    )
    for at in range(layers_of(state)):
        layer = f"encoder.layer.{at}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([state[f"body.{part}.weight"].T for part in parts], 1)
        bias = np.concatenate([state[f"body.{part}.bias"] for part in parts])
        seen = draw.node(
            "Attention",
            [x, draw.weight(f"{layer}.qkv", weight), draw.weight(f"{layer}.qkv.bias", bias)],
            f"{layer}.seen",
            FUSED,
            num_heads=places.shape[1] // HEAD_WIDTH,
        )
        x = _joined(draw, of, across, seen, x, f"{layer}.attention.output")
        wide = draw.node("MatMul", [x, across(f"{layer}.intermediate.dense")], f"{layer}.wide")
        lit = draw.node(
            "BiasGelu", [wide, of(f"{layer}.intermediate.dense", "bias")], f"{layer}.lit", FUSED
        )
        x = _joined(draw, of, across, lit, x, f"{layer}.output")
    one = draw.weight("one", np.array([1], np.int64))
    start = draw.node("Slice", [x, zero, one, one], "start")
    first = draw.node("Squeeze", [start, one], "first")
    mean = draw.node("ReduceMean", [x, one], "mean", keepdims=0)
    greatest = draw.node("ReduceMax", [x, one], "greatest", keepdims=0)
    pooled = draw.node("Concat", [first, mean, greatest], "pooled", axis=1)
    # Its few weights decide most: they stay in full.
    head = [
        draw.weight("head.weight", state["head.weight"]),
        draw.weight("head.bias", state["head.bias"]),
    ]
    draw.node("Gemm", [pooled, *head], "logits", transB=1)
    labels = state["head.bias"].shape[0]
    graph = helper.make_graph(
        draw.nodes,
        "reader",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", labels])],
        list(draw.weights.values()),
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def _joined(
    draw: _Drawing,
    of: Callable[..., str],
    across: Callable[[str], str],
    x: str,
    before: str,
    name: str,
) -> str:
    """A linear layer, added to what was before it, normed.

    One by one: fused as SkipLayerNormalization they take an eighth of the time of the whole network more
    (onnxruntime 1.32, AVX2). Network keeps onnxruntime from fusing them by itself.
    """
    product = draw.node("MatMul", [x, across(f"{name}.dense")], f"{name}.product")
    biased = draw.node("Add", [product, of(f"{name}.dense", "bias")], f"{name}.biased")
    both = draw.node("Add", [biased, before], f"{name}.both")
    norm = [of(f"{name}.LayerNorm"), of(f"{name}.LayerNorm", "bias")]
    return draw.node(
        "LayerNormalization", [both, *norm], f"{name}.normed", axis=-1, epsilon=EPSILON
    )
