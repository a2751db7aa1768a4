// Runs gnuplot, without a shell, on a script in a folder.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "../program/interrupt.hpp"
#include "isonomy/core/text/letters.hpp"

namespace examples {

/// `text` as a gnuplot string without any substitution; control characters become blanks, bytes that are no text
/// U+FFFD. Quotes are doubled, but gnuplot takes two for an empty string where they begin it or follow two others: such
/// a one is written as an apostrophe.
inline std::string gnuplot_string(std::string_view text) {
  std::string out = "'";
  for (bool after_quote = true; !text.empty();) {
    const auto letter = isonomy::text::first_letter(text);
    const bool quote = letter.code == '\'';
    if (letter.bytes == 0)
      out += "\uFFFD";
    else if (letter.code < 0x20 || letter.code == 0x7F)
      out += ' ';
    else if (quote)
      out += after_quote ? "\u2019" : "''";
    else
      out += text.substr(0, letter.bytes);
    after_quote = quote;
    text.remove_prefix(letter.bytes == 0 ? 1 : letter.bytes);
  }
  return out + "'";
}

/// The path of the program, or nothing where it is not installed.
inline std::string find_gnuplot() {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const auto end = folders.find(':');
    const auto folder = folders.substr(0, end);
    const std::string program = std::string(folder.empty() ? "." : folder) + "/gnuplot";
    std::error_code error;
    if (std::filesystem::is_regular_file(program, error) && access(program.c_str(), X_OK) == 0)
      return std::filesystem::absolute(program).string();
    if (end == std::string_view::npos) break;
    folders.remove_prefix(end + 1);
  }
  return {};
}

/// The status with which a child ends. Cancelled if the program is to end before: then the child is ended too.
inline int awaited(pid_t child) {
  int status = 0;
  for (bool stopped = false;;) {
    const pid_t ended = waitpid(child, &status, stopped ? 0 : WNOHANG);
    if (ended == child && stopped) throw isonomy::Cancelled("drawing");
    if (ended == child || (ended < 0 && errno != EINTR)) return status;
    stopped = caught_signal.load() != 0;
    if (stopped)
      kill(child, SIGKILL);
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// The reason where the picture is larger than files may be.
inline constexpr const char* no_room = "there is no room for it";

/// Runs `gnuplot script > picture` in `folder`. Empty if it worked, else the reason.
inline std::string run_gnuplot(const std::string& gnuplot, const std::string& folder, const std::string& script,
                               const std::string& picture) {
  const std::string log = "gnuplot.log";
  const pid_t child = fork();
  if (child < 0) return "no process could be started";
  if (child == 0) {  // only what is safe after fork in a program with threads
    // What we ask of signals, gnuplot must not inherit: it does not look whether its writing failed.
    sigset_t none;
    sigemptyset(&none);
    for (const int number : {SIGPIPE, SIGXFSZ}) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const auto redirect = [](const char* file, int flags, int target) {
      const int opened = open(file, flags, 0666);
      return opened >= 0 && dup2(opened, target) >= 0;
    };
    const int write = O_WRONLY | O_CREAT | O_TRUNC;
    const char* const arguments[] = {"gnuplot", "-d", script.c_str(), nullptr};
    if (chdir(folder.c_str()) == 0 && redirect("/dev/null", O_RDONLY, STDIN_FILENO) &&
        redirect(picture.c_str(), write, STDOUT_FILENO) && redirect(log.c_str(), write, STDERR_FILENO))
      execv(gnuplot.c_str(), const_cast<char* const*>(arguments));
    _exit(127);
  }
  const int status = awaited(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) return no_room;
  std::ifstream messages(folder + "/" + log);
  std::string line, reason;
  while (std::getline(messages, line))
    if (line.find_first_not_of(" ^\t\r") != std::string::npos) reason = line;
  return reason.empty() ? "it ended with status " + std::to_string(status) : reason;
}

}  // namespace examples
