"""onnxruntime's attention operators on the CPU, and the ONNX standard's own reference of `Attention`, as kernels to be judged."""
from __future__ import annotations

import boresight

from .attention import Attention, Keys
from .group_query_attention import GroupQueryAttention
from .multi_head_attention import MultiHeadAttention
from .session import by_reference

OPERATORS = {
    "onnxruntime/attention-23": Attention(23),
    "onnxruntime/attention-23-flat": Attention(23, flat=True),
    "onnxruntime/attention-23-segment": Attention(23, keys=Keys.SEGMENT),
    "onnxruntime/attention-23-whole": Attention(23, keys=Keys.WHOLE),
    "onnxruntime/attention-24": Attention(24, keys=Keys.CACHE),
    "onnxruntime/attention-25": Attention(25),
    "onnx/attention-23-reference": Attention(23, by_reference),
    "onnx/attention-24-reference": Attention(24, by_reference, Keys.CACHE),
    "onnx/attention-25-reference": Attention(25, by_reference),
    "onnxruntime/multi-head-attention": MultiHeadAttention(),
    "onnxruntime/multi-head-attention-whole": MultiHeadAttention(past=False),
    "onnxruntime/group-query-attention": GroupQueryAttention(),
}
# Attention's text: query i attends key j iff j <= i + past_sequence_length, whatever is behind the past. MultiHeadAttention's: a
# mask is mask_filter_value, which is added, so that where all is masked nothing is.
DOCUMENTED: dict[str, tuple[str, ...]] = {
    "onnxruntime/attention-23-segment": ("visibility-forgets-cache",),
    "onnxruntime/attention-23-whole": ("causal-top-left",),
    "onnxruntime/multi-head-attention": ("empty-row-three-behaviours",),
    "onnxruntime/multi-head-attention-whole": ("causal-top-left", "empty-row-three-behaviours"),
}


def kernels() -> list[boresight.Kernel]:
    return [boresight.Kernel(operator, name=name, supports=operator.supports, arithmetic=operator.arithmetic,
                             documented=DOCUMENTED.get(name, ()), tensors="numpy") for name, operator in OPERATORS.items()]
