// The commands of boresight. Each is one file: options in, an exit code out.
#pragma once

#include <CLI/CLI.hpp>

namespace boresight::cli {

enum Exit : int { held = 0, failure = 1, usage = 2, untested = 3, interrupted = 130 };

// Each adds its subcommand; `exit` receives its code when it was the one called.
void add_verify(CLI::App& app, int& exit);
void add_check(CLI::App& app, int& exit);
void add_exhaust(CLI::App& app, int& exit);
void add_merge(CLI::App& app, int& exit);
void add_list(CLI::App& app, int& exit);
void add_lint(CLI::App& app, int& exit);
void add_replay(CLI::App& app, int& exit);
void add_explain(CLI::App& app, int& exit);
void add_identify(CLI::App& app, int& exit);
void add_prove(CLI::App& app, int& exit);
void add_vectors(CLI::App& app, int& exit);

// Prints "boresight: TEXT" to standard error; returns Exit::usage.
int complain(const std::string& text);

// How this program was called, for the commands that it prints.
const std::string& program();
void set_program(std::string name);

}  // namespace boresight::cli
