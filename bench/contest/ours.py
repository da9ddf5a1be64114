"""Our kernels by their C interface (impl/attention.h), on the very memory that the peers read: plan, workspace, run."""
import ctypes
import pathlib
import re
import weakref

import torch

from contest.contestant import Contestant, NotTaken, Prepared

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = (TOP / "problem/boresight.h").read_text()
C_TYPES = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "double": ctypes.c_double}


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64),
    ]  # fmt: skip


def struct(name):
    """A struct of problem/boresight.h that has numbers, or pointers to tensors, alone."""
    body = re.search(rf"typedef struct {name} {{(.*?)}} {name};", HEADER, re.DOTALL).group(1)
    fields = []
    for kind, names in re.findall(r"^\s*(?:const )?(\w+)([^;]+);", re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL), re.MULTILINE):
        fields += [(word.strip(" *"), C_TYPES.get(kind) or ctypes.POINTER(DLTensor)) for word in names.split(",")]
    return type(name, (ctypes.Structure,), {"_fields_": fields})


def constant(name):
    """Of an enum of problem/boresight.h."""
    for body in re.findall(r"enum \w+ {(.*?)}", HEADER, re.DOTALL):
        names = re.findall(r"[A-Z]\w+", re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL))
        if name in names:
            return names.index(name)
    raise KeyError(name)


Problem, Tensors, Options = (struct(f"boresight_{name}") for name in ("problem", "tensors", "options"))
DL_INT, DL_UINT, DL_FLOAT, DL_BFLOAT = 0, 1, 2, 4
DL_CODES = {torch.bfloat16: DL_BFLOAT, torch.int32: DL_INT, torch.uint8: DL_UINT, torch.float32: DL_FLOAT}
DL_DEVICES = {"cpu": 1, "cuda": 2}
ALIGNMENT = int(re.search(r"#define BORESIGHT_ATTENTION_ALIGNMENT (\d+)", (TOP / "impl/attention.h").read_text()).group(1))


def dl_tensor(x):
    """A view of a tensor of torch, which must outlive it."""
    numbers = ctypes.c_int64 * x.dim()
    device = DL_DEVICES[x.device.type], x.device.index or 0
    return DLTensor(x.data_ptr(), *device, x.dim(), DL_CODES[x.dtype], x.itemsize * 8, 1, numbers(*x.shape), numbers(*x.stride()), 0)


def tensors_of(given):
    """The struct, and what must outlive it, of {name: tensor of torch}."""
    views = {name: dl_tensor(x) for name, x in given.items()}
    return Tensors(**{name: ctypes.pointer(view) for name, view in views.items()}), views


def problem(row):
    s = row.shape
    return Problem(
        batch=s.batch, heads=s.heads, kv_heads=s.kv_heads, head_dim=s.head_dim, value_dim=s.head_dim, queries=s.queries,
        segment=s.segment, memories=s.memories, mem_kv=s.mem_kv, type=constant(f"BORESIGHT_{row.type.upper()}"), causal=row.causal,
        window_left=-1, window_right=-1, scale=s.head_dim**-0.5,
        bias=constant("BORESIGHT_BIAS_ALIBI" if row.alibi else "BORESIGHT_BIAS_NONE"), slopes=constant("BORESIGHT_SLOPES_PER_HEAD"),
    )  # fmt: skip


class Ours:
    """The library, and its one way to be called."""

    def __init__(self, path, isa):
        self.c, self.isa = ctypes.CDLL(str(path)), isa
        self.c.boresight_attention_workspace.restype = ctypes.c_size_t
        for function in ("plan", "run", "kernel"):
            getattr(self.c, f"boresight_attention_{function}").restype = ctypes.c_char_p
        for function in ("free", "kernel", "workspace"):
            getattr(self.c, f"boresight_attention_{function}").argtypes = [ctypes.c_void_p]

    def prepare(self, inputs, threads):
        """Which of our kernels runs is the plan's to choose."""
        out = torch.empty_like(inputs.q)
        given = dict(inputs.parts) | {"q": inputs.q, "out": out}
        if inputs.row.alibi:
            given["slopes"] = inputs.slopes[None]
        tensors, views = tensors_of(given)
        plan = ctypes.c_void_p()
        kernel = b"avx2" if self.isa == "avx2" else None
        options = Options(threads=threads)
        stated, at = problem(inputs.row), [ctypes.byref(x) for x in (tensors, options)]
        if error := self.c.boresight_attention_plan(ctypes.byref(stated), *at, kernel, ctypes.byref(plan)):
            raise NotTaken(error.decode())
        weakref.finalize(out, self.c.boresight_attention_free, plan)
        workspace = torch.empty(self.c.boresight_attention_workspace(plan) + ALIGNMENT, dtype=torch.uint8)
        aligned = ctypes.c_void_p(-(-workspace.data_ptr() // ALIGNMENT) * ALIGNMENT)
        call, at, kept = self.c.boresight_attention_run, ctypes.byref(tensors), (given, views, workspace)

        def run(_kept=kept):
            if error := call(plan, at, aligned):
                raise RuntimeError(error.decode())

        return Prepared(run, lambda _: out, self.c.boresight_attention_kernel(plan).decode())


def arithmetic(row):
    """As impl/simd declares it, but for chains of additions, which are no longer than a plain loop's."""
    return {"weights": row.type, "exp_error": 2**-22, "exp_argument_roundings": 3, "flushes_subnormals": True}


def contestant(library, isa):
    if library.exists():
        return Contestant("ours", Ours(library, isa).prepare, arithmetic)

    def prepare(_inputs, _threads):
        raise NotTaken(f"{library} is not there")

    return Contestant("ours", prepare, arithmetic)
