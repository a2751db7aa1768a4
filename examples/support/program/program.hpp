// Runs the body of a program: command line and exceptions become messages and exit codes.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <exception>
#include <initializer_list>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "interrupt.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "operation_name.hpp"

namespace examples {

using isonomy::text::joined;

/// What a program returns: bad input or options are the caller's to mend, anything unforeseen is ours.
enum ExitCode { success = 0, internal_error = 1, bad_input = 2, no_result = 3, interrupted = 128 };

inline constexpr const char* exit_code_help =
    "Exit codes: 0 done; 2 unusable input or options, a file that cannot be written, or no memory or thread left; 130 "
    "stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP); 1 an error of the program itself. Unless it is 0, no output "
    "file is written or changed.";

/// `text` for a terminal, in one line: what a file may hold beside visible letters is named.
inline std::string printable(std::string_view text) { return isonomy::text::shown(text); }

/// Long text, such as a message that quotes a whole sequence, without its middle.
inline std::string clipped(std::string text) {
  constexpr std::size_t begin = 1000, end = 400;
  const auto in_letter = [&text](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
  if (text.size() <= begin + end + 100) return text;
  std::size_t from = begin, to = text.size() - end;
  while (in_letter(from)) --from;
  while (to < text.size() && in_letter(to)) ++to;
  return text.replace(from, to - from, joined(" ... (", to - from, " bytes left out) ... "));
}

/// The option that the library calls so: --max-cor of max_cor, and --level-rule of LevelRule::, whose value follows.
inline std::string option_of(std::string_view name) {
  const bool is_type = name.ends_with("::");
  std::string option = "--";
  for (const char c : name.substr(0, is_type ? name.size() - 2 : name.size())) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isupper(letter) != 0 && option.size() > 2) option += '-';
    option += c == '_' ? '-' : static_cast<char>(std::tolower(letter));
  }
  return is_type ? option + ' ' : option;
}

/// The library's names of options in `message` as this command line spells them: max_cor, or XOptions::max_cor, becomes
/// --max-cor, and where `names` has LevelRule::, LevelRule::k_fold becomes --level-rule k_fold. Quoted text, the first
/// `skip` characters, and everyday words without '=' behind them stay as they are.
inline std::string with_option_names(std::string_view message, const std::vector<std::string>& names,
                                     std::size_t skip = 0) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::string out(message.substr(0, skip));
  bool quoted = false;
  for (std::size_t at = skip; at < message.size();) {
    const bool boundary = at == 0 || (!is_word(message[at - 1]) && message[at - 1] != '-' && message[at - 1] != '.');
    bool replaced = false;
    if (boundary && !quoted)
      for (const auto& name : names) {
        if (message.substr(at, name.size()) != name) continue;
        const char next = at + name.size() < message.size() ? message[at + name.size()] : ' ';
        const bool is_type = name.ends_with("::");
        if (is_word(next) != is_type) continue;
        if (!is_type && next != '=' && name.find('_') == std::string::npos) continue;
        while (out.size() > skip + 2 && out.ends_with("::"))  // whose member or type this is
          for (out.resize(out.size() - 2); out.size() > skip && is_word(out.back());) out.pop_back();
        out += option_of(name);
        at += name.size();
        replaced = true;
        break;
      }
    if (replaced) continue;
    if (message[at] == '\'') quoted = !quoted;
    out += message[at++];
  }
  return out;
}

/// What a file's error says, its place first.
inline std::string file_message(const isonomy::IoError& error) {
  const std::string message = error.what();
  const auto colon = message.find(": ", isonomy::text::shown(error.path).size());
  return without_operation(message, colon == std::string::npos ? 0 : colon + 2);
}

/// The first argument that CLI11 took for an option and did not know; it is not named where another is lacking too.
inline std::string unknown_option(const CLI::App& app) {
  for (std::string& argument : app.remaining())
    if (argument.size() > 1 && argument[0] == '-') return std::move(argument);
  return "";
}

/// What CLI11 refuses, with the description of the option it names and where to read more.
inline std::string parse_message(const CLI::App& app, const std::string& program, const CLI::ParseError& error) {
  const std::string message = error.what(), unknown = unknown_option(app);
  if (!unknown.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return joined({isonomy::text::quoted(unknown),
                   " is no option; expected the arguments that the help text lists; write ./", unknown,
                   " if it is a file, or see ", program, " --help"});
  std::string expected;
  for (auto at = message.find("--"); at != std::string::npos && expected.empty(); at = message.find("--", at + 2)) {
    const auto end = message.find_first_of(" =:,;'\n", at);
    const auto* option = app.get_option_no_throw(message.substr(at, end == std::string::npos ? end : end - at));
    if (option != nullptr) expected = joined("; expected ", option->get_name(), ": ", option->get_description());
  }
  if (expected.empty()) expected = "; expected the arguments that the help text lists";
  return joined(message, expected, "; see ", program, " --help");
}

namespace detail {

/// Opens what of standard input, output and error the caller has closed, so that no other file gets their numbers and
/// what is meant for them. Reading from or writing to them fails as before, but for standard error.
inline void reserve_standard_descriptors() {
  constexpr int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int number = 0; number < 3; ++number)
    if (::fcntl(number, F_GETFD) < 0) static_cast<void>(::open("/dev/null", modes[number]));
}

/// Calls `body(interrupt)`; reports what it throws through `fail(message)` or as a stop. Returns the exit code.
template <class Fail, class Body>
int run_body(const Interrupt& interrupt, const std::vector<std::string>& option_names, const Fail& fail, Body& body) {
  // An error may follow from the signal, which also ends the program that writes into our standard input.
  const auto fail_or_stop = [&](const std::string& message) {
    if (caught_signal.load() == 0) return fail(message);
    interrupt.say_stopped();
    return interrupted + caught_signal.load();
  };
  try {
    if constexpr (std::is_void_v<decltype(body(interrupt))>) {
      body(interrupt);
      return success;
    } else {
      return body(interrupt);
    }
  } catch (const isonomy::IoError& error) {
    return fail_or_stop(with_option_names(file_message(error), option_names, isonomy::text::shown(error.path).size()));
  } catch (const isonomy::Error& error) {
    return fail_or_stop(with_option_names(without_operation(error.what()), option_names));
  }
}

}  // namespace detail

/// Parses the command line, runs `body(interrupt)`, reports what it throws on stderr. The body may return an exit code.
/// `option_names`: names of library options that are options here too.
template <class Body>
int run_program(CLI::App& app, int argc, char** argv, const std::vector<std::string>& option_names, Body&& body) {
  const std::string program = app.get_name();
  const auto fail = [&](const std::string& message) {
    std::cerr << program << ": error: " << printable(clipped(message)) << std::endl;
    return static_cast<int>(bad_input);
  };
  detail::reserve_standard_descriptors();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return fail(parse_message(app, program, error));
  }
  try {
    const Interrupt interrupt(program);
    return detail::run_body(interrupt, option_names, fail, body);
  } catch (const std::bad_alloc&) {
    return fail(
        "out of memory; expected room for the input and some bytes beside each row; use fewer rows, free memory, or "
        "raise the limit (ulimit -v)");
  } catch (const std::system_error& error) {
    return fail(joined(error.what(),
                       "; expected what every program needs, such as one more thread; raise the limits of "
                       "this shell (ulimit -u, ulimit -v, ulimit -n), or end other programs"));
  } catch (const std::exception& error) {
    std::cerr << program << ": internal error: " << printable(error.what()) << "; please report it" << std::endl;
    return internal_error;
  }
}

}  // namespace examples
