// A temporary folder for tests that read and write files.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace isonomy::test {

/// A folder of its own for each test; removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device draw;
    path_ = std::filesystem::temp_directory_path() /
            ("isonomy-test-" + std::to_string(draw()) + "-" + std::to_string(draw()));
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path(const std::string& name) const { return (path_ / name).string(); }

  /// Writes a file and returns its path.
  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream out(path_ / name, std::ios::binary);
    out << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// The message that `f` throws as an `E`, or what happened instead.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace isonomy::test
