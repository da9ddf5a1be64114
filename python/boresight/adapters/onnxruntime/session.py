"""One ONNX operator, run: a model of a single node, kept by operator, attributes and the inputs that it has.

Dimensions are dynamic, so a session serves all sizes. One thread; what the runtime would log is raised anyhow."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from onnx.reference import ReferenceEvaluator

Inputs = Mapping[str, np.ndarray | None]  # in the operator's order; None: an optional input left out
Runner = Callable[[onnx.ModelProto], Callable[[dict[str, np.ndarray]], list[np.ndarray]]]
IR_VERSION = 10


def by_onnxruntime(model: onnx.ModelProto) -> Callable[[dict[str, np.ndarray]], list[np.ndarray]]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(None, feeds)


def by_reference(model: onnx.ModelProto) -> Callable[[dict[str, np.ndarray]], list[np.ndarray]]:
    evaluator = ReferenceEvaluator(model)
    return lambda feeds: evaluator.run(None, feeds)


@lru_cache(maxsize=256)  # a scale is an attribute, so there is no end of models
def _runnable(runner: Runner, operator: str, domain: str, opset: int, signature: tuple, outputs: tuple, attributes: tuple):
    given = [(name, kind) for name, kind in signature if kind is not None]
    node = helper.make_node(operator, [name if kind else "" for name, kind in signature], list(outputs), domain=domain,
                            **dict(attributes))
    graph = helper.make_graph(
        [node], operator,
        [helper.make_tensor_value_info(name, element, [None] * rank) for name, (element, rank) in given],
        [helper.make_tensor_value_info(name, given[0][1][0], None) for name in outputs])
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return runner(helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION))


def run(operator: str, inputs: Inputs, outputs: tuple[str, ...], *, domain: str = "", opset: int = 24,
        runner: Runner = by_onnxruntime, **attributes: Any) -> np.ndarray:
    """The operator's first output. Attributes that are None are left out."""
    signature = [(name, None if array is None else (helper.np_dtype_to_tensor_dtype(array.dtype), array.ndim))
                 for name, array in inputs.items()]
    while signature[-1][1] is None:
        signature.pop()
    kept = tuple(sorted((name, value) for name, value in attributes.items() if value is not None))
    runnable = _runnable(runner, operator, domain, opset, tuple(signature), outputs, kept)
    return runnable({name: np.ascontiguousarray(array) for name, array in inputs.items() if array is not None})[0]
