#include "cli/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace boresight::cli {

OutputFile::~OutputFile() {
  if (!partial_.empty()) std::remove(partial_.c_str());
}

Status OutputFile::open(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return Error{"is a directory", path, "give a file's path"};
  path_ = path;
  partial_ = path + ".partial";
  errno = 0;
  stream_.open(partial_, std::ios::binary | std::ios::trunc);
  if (stream_) return ok();
  partial_.clear();
  return Error{std::string("can't be written: ") + std::strerror(errno), path, "give a path that can be written"};
}

Status OutputFile::finish(const std::string& text) {
  stream_ << text;
  stream_.close();
  if (!stream_) return Error{std::string("can't be written: ") + std::strerror(errno), path_, ""};
  if (std::rename(partial_.c_str(), path_.c_str()) != 0)
    return Error{std::string("can't be renamed to: ") + std::strerror(errno), path_, ""};
  partial_.clear();
  return ok();
}

}  // namespace boresight::cli
