"""onnxruntime's attention operators on the CPU: MultiHeadAttention and GroupQueryAttention (com.microsoft), and the standard's
Attention of opset 23. Each gets its inputs in the layout that it is made for, and writes into memory that is there before."""
import numpy as np
import onnxruntime
import torch
from boresight.adapters.onnxruntime import arithmetic as adapters
from onnx import helper

from contest.contestant import Contestant, NotTaken, Prepared


def session(operator, domain, inputs, outputs, threads, attributes):
    """A model of a single node, bound to `inputs` (name -> array, None: left out) and `outputs` (name -> array to be
    written), the first of which is the output. An array that is both is read and written in place."""
    given = {name: array for name, array in inputs.items() if array is not None}
    kind = lambda array: helper.np_dtype_to_tensor_dtype(array.dtype)  # noqa: E731
    names = [name if name in given else "" for name in inputs]
    node = helper.make_node(operator, names, list(outputs), domain=domain, **attributes)
    values = [[helper.make_tensor_value_info(n, kind(a), a.shape) for n, a in part.items()] for part in (given, outputs)]
    opsets = [helper.make_opsetid("", 23)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    model = helper.make_model(helper.make_graph([node], operator, *values), opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 4
    flushed = str(int(torch.tensor(1e-38) / 2**10 == 0))  # else a session takes this thread's own setting back
    options.add_session_config_entry("session.set_denormal_as_zero", flushed)
    options.add_session_config_entry("session.force_spinning_stop", "1")  # its threads do not run into who comes next
    try:
        made = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        binding, bound = made.io_binding(), {}
        for bind, part in ((binding.bind_ortvalue_input, given), (binding.bind_ortvalue_output, outputs)):
            for name, array in part.items():
                value = bound.setdefault(id(array), onnxruntime.OrtValue.ortvalue_from_numpy(array))
                bind(name, value)
        made.run_with_iobinding(binding)
    except Exception as refusal:  # its exceptions have no common class
        raise NotTaken(str(refusal).strip().splitlines()[0][-200:]) from None
    first = bound[id(next(iter(outputs.values())))]
    return Prepared(lambda: made.run_with_iobinding(binding), lambda _: torch.from_numpy(first.numpy()))


def flat(x):
    """[B][H][n][D] as [B][n][H * D]."""
    return x.transpose(1, 2).flatten(2).contiguous().numpy()


def only_f32(inputs):
    if inputs.row.type != "f32":
        raise NotTaken(f"no {inputs.row.type} on the CPU")
    return inputs.row, inputs.row.shape


def of_flat(prepared, shape):
    """With the flat output as [B][H][n][D], a view."""
    return prepared._replace(output=lambda raw: prepared.output(raw).unflatten(2, (shape.heads, -1)).transpose(1, 2))


def multi_head(inputs, threads):
    """unidirectional is top-left, so where queries are fewer than columns causality is in the bias."""
    row, s = only_f32(inputs)
    if s.kv_heads < s.heads:
        raise NotTaken("no grouped heads")
    square = s.queries == s.columns
    bias = inputs.alibi if row.alibi and square else inputs.bias if not square else None
    q, k, v = flat(inputs.q), flat(inputs.k), flat(inputs.v)
    given = {"query": q, "key": k, "value": v}
    if bias is not None:
        given |= {"bias": None, "key_padding_mask": None, "attention_bias": bias.numpy()}
    attributes = {"num_heads": s.heads, "unidirectional": int(row.causal and square), "scale": s.head_dim**-0.5}
    return of_flat(session("MultiHeadAttention", "com.microsoft", given, {"output": np.empty_like(q)}, threads, attributes), s)


def group_query(inputs, threads):
    """Its queries are the newest columns; those in front are its past, in a buffer that is the present too, as in generation."""
    row, s = only_f32(inputs)
    past = s.columns - s.queries
    q, k, v = flat(inputs.q), flat(inputs.k[:, :, past:]), flat(inputs.v[:, :, past:])
    caches = {"key": inputs.k.clone().numpy(), "value": inputs.v.clone().numpy()}
    bias = (inputs.bias if row.alibi else None) if not row.causal or s.mem_kv == 0 else inputs.bias
    given = {"query": q, "key": k, "value": v}
    given |= {f"past_{name}": cache if past else None for name, cache in caches.items()}
    given |= {"seqlens_k": np.full(s.batch, s.columns - 1, np.int32), "total_sequence_length": np.array([s.columns], np.int32)}
    if bias is not None:
        given |= {"cos_cache": None, "sin_cache": None, "position_ids": None, "attention_bias": bias.numpy()}
    outputs = {"output": np.empty_like(q)} | {f"present_{name}": cache for name, cache in caches.items()}
    attributes = {"num_heads": s.heads, "kv_num_heads": s.kv_heads, "causal": int(row.causal or row.decodes)}
    return of_flat(session("GroupQueryAttention", "com.microsoft", given, outputs, threads, attributes), s)


def standard(inputs, threads):
    """Four dimensions. is_causal is top-left, so where queries are fewer than columns causality is in the mask."""
    row, s = only_f32(inputs)
    square = s.queries == s.columns
    mask = inputs.alibi if row.alibi and square else inputs.bias if not square else None
    q, k, v = inputs.q.numpy(), inputs.k.numpy(), inputs.v.numpy()
    given = {"Q": q, "K": k, "V": v} | ({} if mask is None else {"attn_mask": mask.numpy()})
    return session("Attention", "", given, {"Y": np.empty_like(q)}, threads, {"is_causal": int(row.causal and square)})


def of_kernel(row):
    """A product, a softmax over whole rows, a product."""
    return {"rescales": 0}


def of_blocks(row):
    """Blocks of keys that fill a quarter of the second level's cache, of 128 KB at the least."""
    return {"rescales": row.shape.columns // (adapters.CACHE_BYTES // (32 * row.shape.head_dim)) + 1}


CONTESTANTS = (
    Contestant("ORT MHA", multi_head, of_blocks),
    Contestant("ORT GQA", group_query, of_blocks),
    Contestant("ORT Attention-23", standard, of_kernel),
)
