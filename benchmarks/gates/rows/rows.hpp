// The gates by their files.
#pragma once

#include <vector>

#include "../gate.hpp"

namespace isonomy::gates {

[[nodiscard]] std::vector<Gate> gates_of_profiling();
[[nodiscard]] std::vector<Gate> gates_of_mixture();
[[nodiscard]] std::vector<Gate> gates_of_em();
[[nodiscard]] std::vector<Gate> gates_of_products();
[[nodiscard]] std::vector<Gate> gates_of_cholesky();
[[nodiscard]] std::vector<Gate> gates_of_select_k();
[[nodiscard]] std::vector<Gate> gates_of_sums();

}  // namespace isonomy::gates
