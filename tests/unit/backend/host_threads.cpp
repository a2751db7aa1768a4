// Tasks on host threads: every one runs, and of their exceptions the first arrives.
#include "isonomy/backend/host_threads.hpp"

#include <atomic>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

TEST_CASE("tasks on host threads all run, each once", "[backend]") {
  std::atomic<int> sum{0};
  isonomy::on_host_threads(7, [&](int i) { sum += 1 << i; });
  CHECK(sum == 127);
  isonomy::on_host_threads(0, [&](int) { sum = 0; });
  CHECK(sum == 127);
  CHECK(isonomy::host_threads() >= 1);
}
TEST_CASE("of tasks on host threads that throw, the first is heard when all have ended", "[backend]") {
  std::atomic<int> ended{0};
  std::string heard;
  try {
    isonomy::on_host_threads(5, [&](int i) {
      ++ended;
      if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
    });
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  CHECK(heard == "1");
  CHECK(ended == 5);
}
