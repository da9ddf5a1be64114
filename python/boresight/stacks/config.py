"""One configuration of a stack, and its one line of text.

    xt1 decoder tokens attn_flash alibi_pos_bias attn_num_mem_kv=1 wrapper.max_mem_len=64 call.mask batch=2 n=5 law=causality seed=7

The first word is the format, the second the stack, the third the wrapper that holds it. Then come the options: a bare
name is an option of the layers' constructor, `wrapper.` one of the wrapper's, `call.` one of the forward call; a name
alone is True. `parse` undoes `str`, so a line reproduces its case.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any

STACKS = ("decoder", "encoder", "prefix")
WRAPPERS = ("bare", "tokens", "continuous")
SIZES = {"batch": 2, "n": 5, "extra": 3, "seed": 1}  # extra: how many memories, padded or masked keys, or steps, as the law has it


@dataclass(frozen=True)
class Config:
    stack: str = "decoder"
    wrapper: str = "bare"
    options: dict[str, Any] = field(default_factory=dict)
    law: str = ""
    batch: int = 2
    n: int = 5
    extra: int = 3
    seed: int = 1

    def of(self, kind: str) -> dict[str, Any]:
        """The options of a kind, "wrapper" or "call", without their prefix; "" for those of the layers."""
        if not kind:
            return {name: value for name, value in self.options.items() if "." not in name}
        return {name.split(".", 1)[1]: value for name, value in self.options.items() if name.startswith(kind + ".")}

    def has(self, *names: str) -> str | None:
        """The first of the names that is set, or None."""
        return next((name for name in names if self.options.get(name)), None)

    def without(self, name: str) -> Config:
        return replace(self, options={key: value for key, value in self.options.items() if key != name})

    def __str__(self) -> str:
        options = [name if value is True else f"{name}={value!r}".replace(" ", "") for name, value in self.options.items()]
        sizes = [f"{name}={getattr(self, name)}" for name in SIZES]
        return " ".join(["xt1", self.stack, self.wrapper, *options, *sizes[:-1], f"law={self.law}", sizes[-1]])


def parse(line: str) -> Config:
    version, stack, wrapper, *words = line.split()
    if version != "xt1" or stack not in STACKS or wrapper not in WRAPPERS:
        raise ValueError(f"a line begins with xt1, one of {STACKS} and one of {WRAPPERS}, not with {line[:40]!r}")
    given: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for word in words:
        name, separator, text = word.partition("=")
        if name == "law":
            given["law"] = text
        elif name in SIZES:
            given[name] = int(text)
        else:
            options[name] = ast.literal_eval(text) if separator else True
    return Config(stack, wrapper, options, **given)
