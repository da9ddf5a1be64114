// The parts of the page, each a piece of HTML. Whatever comes from elsewhere is escaped where it goes in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "properties/report/report.h"

namespace boresight::properties::page {

// style.css and script.js, put in by the build.
extern const char* const style;
extern const char* const script;

inline constexpr std::size_t text_letters_max = 2000;  // of one text from elsewhere; the rest is left out, and told

// Escaped, and cut where it is endless.
std::string shown(std::string_view text);

// A line to copy: it wraps, and has a button where scripts run. `label` says what it is.
std::string copyable(const std::string& label, const std::string& text);

// "1 case", "2,000 cases"
std::string counted(std::int64_t number, const char* one, const char* many);

std::string evidence(const Report& report);
std::string heat_map(const Finding& finding);
std::string findings(const Report& report, const Rerun& rerun);

}  // namespace boresight::properties::page
