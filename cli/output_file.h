// A file that is written whole or not at all: opened before the work, so that a bad path is known then, and renamed after.
#pragma once

#include <fstream>
#include <string>

#include "problem/result.h"

namespace boresight::cli {

class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();  // removes what was not finished

  Status open(const std::string& path);
  Status finish(const std::string& text);

 private:
  std::string path_, partial_;
  std::ofstream stream_;
};

}  // namespace boresight::cli
