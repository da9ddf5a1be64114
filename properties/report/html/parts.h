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

// Of one text from elsewhere, and of one in a cell; the rest is left out, and told.
inline constexpr std::size_t text_bytes_max = 2000, cell_bytes_max = 240;

// Escaped, and cut where it is endless.
std::string shown(std::string_view text, std::size_t bytes_max = text_bytes_max);
inline std::string cell(std::string_view text) { return shown(text, cell_bytes_max); }

// A line to copy: it wraps, and has a button where scripts run. `label` says what it is.
std::string copyable(const std::string& label, const std::string& text);

// "1 case", "2,000 cases"
std::string counted(std::int64_t number, const char* one, const char* many);

std::string evidence(const Report& report);
std::string heat_map(const Finding& finding);
std::string findings(const Report& report, const Rerun& rerun);

}  // namespace boresight::properties::page
