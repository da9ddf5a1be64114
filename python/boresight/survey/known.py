"""What the survey's rows are known to show, and where it is explained. What is not in this table is new."""

from __future__ import annotations

import fnmatch
import importlib
from dataclasses import dataclass

from ..adapters import adapters
from .row import STACKS, Row, Shown


@dataclass(frozen=True)
class Known:
    rows: str  #: names of rows, * and ? allowed, by commas
    shows: str  #: patterns, by |, of what is shown (its reading, or what happened without its numbers), or of its smallest case
    page: str  #: in docs/findings/

    def meets(self, row: Row, shown: Shown) -> bool:
        return any(fnmatch.fnmatchcase(row.name, one) for one in self.rows.split(",")) and any(
            fnmatch.fnmatchcase(text, one) for text in (shown.name, shown.token) for one in self.shows.split("|")
        )


#: The first that meets is taken. Exceptions of whole stacks are told last, by what they are.
known: tuple[Known, ...] = (
    Known("torch/*", "NaN and infinities*|gave NaN*", "torch-hidden-nan.md"),
    Known("torch/flex-compiled*", "raised *", "torch-flex-dynamic-sizes.md"),
    Known("onnxruntime/attention-2?-segment", "*", "onnxruntime-attention-one-causal-query.md"),
    Known("onnxruntime/multi-head-attention*", "empty-row*|*gave NaN*", "onnxruntime-multi-head-attention-empty-rows.md"),
    Known("onnxruntime/multi-head-attention-whole", "*", "onnxruntime-multi-head-attention-last-row.md"),
    Known("onnxruntime/group-query-attention", "empty-row*|*gave NaN*", "onnxruntime-group-query-attention-empty-rows.md"),
    Known(STACKS, "*Error at *|not finite", "x-transformers-options-that-do-not-meet.md"),
    Known(STACKS, "xt1 * continuous *law=left_padding_by_seq_start_pos_is_inert*", "x-transformers-continuous-wrapper-drops-arguments.md"),
    Known(STACKS, "xt1 * continuous *law=chunks_are_one_call*", "x-transformers-continuous-wrapper-memories.md"),
    Known(STACKS, "*call.seq_start_pos*attn_flash*law=flash_is_no_flash*", "x-transformers-empty-rows.md"),
    Known(STACKS, "*call.causal*", "x-transformers-flash-drops-causal.md"),
    Known(STACKS, "*attn_max_attend_past*cross_attend*|*cross_attend*attn_max_attend_past*", "x-transformers-cross-attention-window.md"),
    Known(STACKS, "*shift_tokens*law=decoding*|*shift_tokens*law=chunks*", "x-transformers-cache-forgets-the-past.md"),
    Known(STACKS, "*shift_tokens*", "x-transformers-shift-tokens-read-padding.md"),
    Known(STACKS, "*orthog*law=decoding*|*mv_split_residual*law=decoding*", "x-transformers-cache-forgets-the-past.md"),
    Known(STACKS, "*orthog*|*mv_split_residual*", "x-transformers-decoder-reads-the-future.md"),
    Known(STACKS, "*data_dependent_alibi*", "x-transformers-cache-forgets-the-past.md"),
    Known(STACKS, "*memory_tokens*seq_start_pos*|*seq_start_pos*memory_tokens*|*memory_tokens*law=left_padding_by*",
          "x-transformers-seq-start-pos-hides-memory-tokens.md"),
    Known(STACKS, "*call.seq_start_pos*law=hidden*|*call.self_attn_kv_mask*law=hidden*", "x-transformers-seq-start-pos-drops-the-mask.md"),
    Known(STACKS, "*latent_kv*value_residual*|*value_residual*latent_kv*", "x-transformers-latent-kv-value-residual-cache.md"),
    Known(STACKS, "*reinject_input*", "x-transformers-reinjected-streams.md"),
)


def page_of(row: Row, shown: Shown) -> str | None:
    """The page that explains it; None: it is new."""
    return next((one.page for one in known if one.meets(row, shown)), None) or by_adapter(row, shown)


def by_adapter(row: Row, shown: Shown) -> str | None:
    """An adapter may tell by itself, from the case: many mistakes of one library end in the same exception."""
    module = next((one.module for one in adapters if row.name.startswith(f"{one.name}/")), None)
    if module is None or row.name == STACKS:
        return None
    try:
        tells = getattr(importlib.import_module(f"boresight.adapters.{module}"), "page_of", None)
    except ImportError:
        return None
    return tells(row.name, shown.token, shown.reading) if tells else None
