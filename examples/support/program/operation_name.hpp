// Messages of the library without the names of its functions, which say nothing to who runs a program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace examples {

/// A message without the name of the library's function that stands at `at`.
inline std::string without_operation(std::string message, std::size_t at = 0) {
  constexpr std::string_view operations[] = {"fit: ",
                                             "gsn::fit: ",
                                             "biconvex: ",
                                             "gsn::level_grid: ",
                                             "gsn::Returns::named: ",
                                             "ProfileOptions: ",
                                             "SplitOptions: ",
                                             "Split: ",
                                             "Flanks: ",
                                             "DisplayCoordinates: ",
                                             "SequenceSet: ",
                                             "WindowOptions: ",
                                             "GroupLabels: ",
                                             "ScaleTable: ",
                                             "Alphabet: ",
                                             "parse_part: ",
                                             "window_from_positions: ",
                                             "window_from_parts: ",
                                             "window_from_tmd: ",
                                             "window_from_sequence: ",
                                             "selection_frequencies: ",
                                             "Context<Cpu>: ",
                                             "NumberFormat: ",
                                             "mixture: ",
                                             "minimize: ",
                                             "start: "};
  for (const std::string_view operation : operations)
    if (std::string_view(message).substr(at).starts_with(operation)) return message.erase(at, operation.size());
  return message;
}

}  // namespace examples
