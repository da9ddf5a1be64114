// Inputs that are cases: what a token becomes, small enough to be judged some thousand times a second, and how one case
// becomes another. Mutation works on the words of the token, which are the problem's fields, and every result is valid.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "problem/case.h"
#include "properties/draw/choices.h"

namespace boresight::fuzz {

using properties::Choices;

// The case that a token spells, cut down (fuzz/fit.h); of any other text, the case that its bytes draw (properties/draw/bytes.h).
Case case_of(std::string_view token);

// Another case near this one; and one that takes each word from either.
Case mutated(const Case& from, Choices& choices);
Case crossed(const Case& one, const Case& other, Choices& choices);

// Makes one of the parts that may stand behind a case's token (fuzz/text.h).
using DrawPart = std::function<std::string(const Case&, Choices&)>;

// The same for texts: the token changes, or a part is dropped, doubled, or drawn.
std::string mutated(std::string_view text, const DrawPart& draw, Choices& choices);
std::string crossed(std::string_view one, std::string_view other, Choices& choices);

// Texts that are simpler by one step: without a part, or of a simpler case.
std::vector<std::string> simpler(const std::string& text);

// The smallest text along simpler() that still fails.
std::string shrunk(std::string_view text, const std::function<bool(const std::string&)>& fails);

}  // namespace boresight::fuzz
