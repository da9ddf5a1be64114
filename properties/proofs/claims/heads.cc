// Heads: which key/value head a query head reads, and which query heads read it. Up to the 4096 heads that a problem may have.
#include "properties/proofs/claims/claims.h"
#include "properties/proofs/claims/geometry.h"

namespace boresight::proofs {
namespace {

constexpr std::int64_t heads_most = 4096;

struct Group {
  Wide kv_heads, group;
  Truth grouped;
  impl::Heads<Wide, Truth> code;
};

// Any group size that divides: heads = kv_heads * group.
Group heads(Setting& setting) {
  const Wide kv_heads = setting.number<64>("kv_heads", 1, heads_most), group = setting.number<64>("group", 1, heads_most);
  const Truth grouped = setting.number<64>("grouped", 0, 1) == Wide(1);
  const Wide all = setting.number<64>("heads", 1, heads_most);
  setting.assume(Whole(all) == Whole(kv_heads) * Whole(group));
  setting.lemma(quotient, Whole(all), Whole(group), Whole(kv_heads));
  return {kv_heads, group, grouped, impl::Heads<Wide, Truth>(all, kv_heads, grouped)};
}

Truth members_read_their_head(Setting& setting) {
  const Group its = heads(setting);
  const Wide kv_head = setting.number<64>("kv_head", 0, Whole(its.kv_heads) - 1);
  const Wide member = setting.number<64>("member", 0, Whole(its.group) - 1);
  const Wide head = its.code.query_head_of(kv_head, member);
  setting.lemma(quotient, Whole(head), Whole(kv_head), Whole(its.group));
  setting.lemma(quotient, Whole(head), Whole(member), Whole(its.kv_heads));
  setting.lemma(product_grows, Whole(kv_head) + 1, Whole(its.kv_heads), Whole(its.group));
  setting.lemma(product_grows, Whole(member) + 1, Whole(its.group), Whole(its.kv_heads));
  return setting.compare("kv_head_of(query_head_of)", its.code.kv_head_of(head), Whole(kv_head)) && Wide(0) <= head &&
         Whole(head) < Whole(its.kv_heads) * Whole(its.group);
}

// grouped: the quotient by the group's size, which lies between the products on its two sides; tiled: the remainder by G.
Truth kv_head_of(Setting& setting) {
  const Group its = heads(setting);
  const Whole group(its.group), kv_heads(its.kv_heads);
  const Wide head = setting.number<64>("head", 0, kv_heads * group - 1);
  const Whole found(its.code.kv_head_of(head));
  const Truth quotient_is_found = found * group <= Whole(head) && Whole(head) < found * group + group;
  const Truth rest_is_found = found == Whole(head) - Whole(head) / kv_heads * kv_heads;
  return (its.grouped && quotient_is_found) || (!its.grouped && rest_is_found);
}

}  // namespace

std::vector<Claim> head_claims() {
  return {
      {.name = "kv_head_of", .words = "a query head reads key/value head h / (H/G), or h mod G", .state = kv_head_of},
      {.name = "members_read_their_head",
       .words = "the members of a key/value head's group read it",
       .state = members_read_their_head},
  };
}

}  // namespace boresight::proofs
