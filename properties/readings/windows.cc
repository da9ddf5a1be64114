// How far a row sees (rule 4): sides, origins and what -1 means.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/bends.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"window-one-too-wide", "huggingface/transformers#39408", "window",
     [](Decisions& d) {
       if (d.problem.window.left == unlimited) return;
       d.window_sees = [](const Reader& r, Int x) { return book::window_sees(r, x) || (book::window_sees(r, x - 1) && x > 0); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too wide to the left: delta <= {} + 1, right is delta <= {}", p.window.left,
                          p.window.left);
     },
     "a window with a left side shorter than the keys behind a row",
     "a left side that reaches every key, or a cache cut to it; left = 0 with causality and nothing behind"},
    {"window-one-too-narrow", "NVIDIA/TransformerEngine#1197", "window",
     [](Decisions& d) {
       const Window& window = d.problem.window;
       if (window.left != unlimited)
         d.window_sees = [](const Reader& r, Int x) { return x < r.problem.window.left && book::window_sees(r, x); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too narrow to the left: delta <= {} - 1, right is delta <= {}", p.window.left,
                          p.window.left);
     },
     "a window with a left side that some key stands exactly on", "a left side that reaches past every key"},
    {"window-right-one-too-wide", "", "window",
     [](Decisions& d) {
       if (d.problem.window.right == unlimited) return;
       d.window_sees = [](const Reader& r, Int x) { return book::window_sees(r, x) || (book::window_sees(r, x + 1) && x < 0); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too wide to the right: -delta <= {} + 1, right is -delta <= {}", p.window.right,
                          p.window.right);
     },
     "a window with a right side shorter than the keys ahead of a row, not causal",
     "causal calls; a right side that reaches every key"},
    {"window-right-one-too-narrow", "", "window",
     [](Decisions& d) {
       if (d.problem.window.right != unlimited)
         d.window_sees = [](const Reader& r, Int x) { return -x < r.problem.window.right && book::window_sees(r, x); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too narrow to the right: -delta <= {} - 1, right is -delta <= {}", p.window.right,
                          p.window.right);
     },
     "a window with a right side that some key stands exactly on", "causal calls, but for right = 0"},
    {"window-dropped-on-one-path", "jax-ml/jax@099f0a17", "window", [](Decisions& d) { d.problem.window = {}; },
     [](const Problem& p) { return fmt::format("the window ({}, {}) is ignored", side(p.window.left), side(p.window.right)); },
     "a window shorter than the keys around a row", "a window that reaches every key"},
    {"window-left-ignored", "", "window", [](Decisions& d) { d.problem.window.left = unlimited; },
     [](const Problem& p) { return fmt::format("the window's left side ({}) is ignored", p.window.left); },
     "a window with a left side shorter than the keys behind a row", "a left side that reaches every key"},
    {"window-right-ignored", "", "window", [](Decisions& d) { d.problem.window.right = unlimited; },
     [](const Problem& p) { return fmt::format("the window's right side ({}) is ignored", p.window.right); },
     "a window with a right side shorter than the keys ahead of a row, not causal",
     "causal calls; a right side that reaches every key"},
    {"window-hides-persistent-kv", "lucidrains/x-transformers@8be5705", "window",
     [](Decisions& d) {
       if (d.problem.mem_kv > 0) d.window_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("the window counts persistent columns as tokens: it hides c < {} where {} > {}, right is never",
                          p.mem_kv, row_minus_column(origin(p)), side(p.window.left));
     },
     "mem_kv > 0 and a window shorter than the way to them", "mem_kv = 0; a left side that reaches every column"},
    {"window-band-anchored-to-query-block", "keras-team/keras-hub#1738", "window",
     [](Decisions& d) {
       if (windowed(d.problem)) d.window_delta = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) { return delta_words(p, "the window is anchored at the first column that has a position", p.mem_kv); },
     "a window with memories or cached keys", "memories + segment = queries; a window that reaches every key"},
    {"window-minus-one-not-infinite", "Dao-AILab/flash-attention#2251", "window",
     [](Decisions& d) {
       d.window_sees = [](const Reader& r, Int x) { return x <= r.problem.window.left && -x <= r.problem.window.right; };
     },
     [](const Problem& p) {
       return fmt::format("the window ({}, {}) is taken literally, -1 included; right is: -1 hides nothing", p.window.left,
                          p.window.right);
     },
     "a window with a side of -1", "both sides given; a side that causality takes over"},
    {"xl-same-length-mask-hides-oldest-memory", "huggingface/transformers#14832", "window",
     [](Decisions& d) {
       const Window& window = d.problem.window;
       if (d.problem.memories > 0 && window.left == d.problem.memories)
         d.window_sees = [](const Reader& r, Int x) { return x < r.problem.window.left && book::window_sees(r, x); };
     },
     [](const Problem& p) {
       return fmt::format("a window as long as the {} memories loses the oldest: delta <= {} - 1, right is delta <= {}",
                          p.memories, p.window.left, p.window.left);
     },
     "window.left = memories > 0", "short memories; the lost one has little weight",
     [](Case& c, Choices& choices) {
       bends::clear(c);
       bends::rows(c, choices, 1);
       bends::memories(c, choices);
       c.problem.window.left = c.problem.memories;
     }},
};

}  // namespace

std::span<const Reading> windows_readings() { return table; }

}  // namespace boresight::properties::readings
