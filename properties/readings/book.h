// Every decision of the specification, taken by the book, one small function each. Letters are the specification's:
// sequence b, query head h, query row i, column c (0 .. P+M+S-1), distance d.
// Written from the specification's text alone: nothing here is shared with the reference or with a kernel.
#pragma once

#include <cstdint>

namespace boresight::properties::readings {

struct Reader;

namespace book {

// Heads: h / (H/G) or h mod G.
std::int64_t kv_head(const Reader& r, std::int64_t h);
std::int64_t persistent_head(const Reader& r, std::int64_t h, std::int64_t kv_head);  // kv_head

// Whose keys and values a sequence reads: its own.
std::int64_t key_sequence(const Reader& r, std::int64_t b);

// Where a row and a column stand by order: S - n + i, and c - P - M.
std::int64_t query_place(const Reader& r, std::int64_t i);
std::int64_t key_place(const Reader& r, std::int64_t c);
std::int64_t delta(const Reader& r, std::int64_t i, std::int64_t c);
std::int64_t order_delta(const Reader& r, std::int64_t b, std::int64_t i, std::int64_t c);  // delta, of any sequence

// Visibility, rules 1 to 4, each true where the rule lets the column be seen.
bool kept(const Reader& r, std::int64_t b, std::int64_t c);
bool admitted(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c);
bool exempt(const Reader& r, std::int64_t c);
bool causal_sees(const Reader& r, std::int64_t delta);
bool window_sees(const Reader& r, std::int64_t delta);

// Bias: which columns have one, by what distance, of which head, and its value.
bool biased(const Reader& r, std::int64_t c);
std::int64_t distance(const Reader& r, std::int64_t b, std::int64_t i, std::int64_t c);
std::int64_t bias_head(const Reader& r, std::int64_t h);
double bias_value(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c, std::int64_t d);
double bias_factor(const Reader& r);
double slope(const Reader& r, std::int64_t b, std::int64_t h);
double slope_size(std::int64_t count, std::int64_t k);  // of head k among `count`, geometric
std::int64_t bucket(const Reader& r, std::int64_t d);
std::int64_t dense_column(const Reader& r, std::int64_t c);
std::int64_t forget_entry(const Reader& r, std::int64_t place);

// Rotary: which keys turn, by which positions, and by which positions XPOS scales.
bool turned(const Reader& r, std::int64_t c);
double query_turn(const Reader& r, std::int64_t b, std::int64_t i);
double key_turn(const Reader& r, std::int64_t b, std::int64_t c);
double query_scale_place(const Reader& r, std::int64_t b, std::int64_t i);
double key_scale_place(const Reader& r, std::int64_t b, std::int64_t c);
std::int64_t scale_sequence(const Reader& r, std::int64_t b, std::int64_t h);  // b

// Scores and the softmax.
double scale(const Reader& r);
double score(const Reader& r, double product, double bias);
double hidden_score(const Reader& r);
double sink(const Reader& r, std::int64_t h, double largest_score);
// Where an empty row is the mean of all values, those that are zeroed afterwards: none.
bool empty_row_is_zeroed(const Reader& r, std::int64_t b, std::int64_t h, std::int64_t i);

}  // namespace book
}  // namespace boresight::properties::readings
