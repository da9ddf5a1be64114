// From products to scores: the scale and the softcap.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"scale-ignored", "", "score", [](Decisions& d) { d.problem.scale = 1; },
     [](const Problem& p) { return fmt::format("the scale is ignored, right is {:.6g}", effective_scale(p)); }, "scale != 1",
     "scale = 1, so head_dim = 1 where it is left to itself; products of 0"},
    {"scale-applied-twice", "", "score",
     [](Decisions& d) { d.scale = [](const Reader& r) { return effective_scale(r.problem) * effective_scale(r.problem); }; },
     [](const Problem& p) { return fmt::format("the scale ({:.6g}) is applied twice", effective_scale(p)); }, "scale != 1",
     "scale = 1, so head_dim = 1 where it is left to itself; products of 0"},
    {"softcap-order-swapped", "lucidrains/x-transformers@9078611", "bias-value",
     [](Decisions& d) {
       if (d.problem.softcap > 0 && d.problem.bias.kind != BiasKind::none)
         d.problem.softcap_order = other(d.problem.softcap_order);
     },
     [](const Problem& p) {
       return fmt::format("the softcap comes {}, right is {}", order_name(other(p.softcap_order)), order_name(p.softcap_order));
     },
     "a softcap beside a bias", "a bias of 0; a cap far above every score, within the bound"},
    {"softcap-after-mask", "onnx/onnx#7867", "bias-value",
     [](Decisions& d) {
       if (d.problem.softcap > 0) d.hidden_score = [](const Reader& r) { return -parameter(r.problem, r.problem.softcap); };
     },
     [](const Problem& p) {
       return fmt::format("the softcap comes after the mask: hidden columns have score -{:.6g}, right is no weight at all",
                          p.softcap);
     },
     "a softcap and a hidden column", "a cap of 30 or more beside ordinary scores: what leaks weighs e^-30; nothing hidden"},
    {"softcap-ignored", "", "bias-value", [](Decisions& d) { d.problem.softcap = 0; },
     [](const Problem& p) { return fmt::format("the softcap ({:.6g}) is ignored", p.softcap); },
     "a softcap of the size of the scores", "a cap far above every score, within the bound"},
};

}  // namespace

std::span<const Reading> scores_readings() { return table; }

}  // namespace boresight::properties::readings
