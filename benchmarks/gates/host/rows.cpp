#include "rows.hpp"

#include <cstddef>

#include "context.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/select_k.hpp"

namespace isonomy::gates {

Selected select(Host& host, index_t rows, index_t columns, index_t k, const std::vector<double>& x) {
  const auto size = static_cast<std::size_t>(rows * k);
  Selected out{std::vector<double>(size), std::vector<index_t>(size)};
  select_k(host.ctx, row_major(x.data(), rows, columns), row_major(out.values.data(), rows, k),
           row_major(out.columns.data(), rows, k));
  return out;
}

double sum_of_magnitudes(Host& host, const std::vector<double>& x) {
  return transform_reduce(host.ctx, view(x), 0.0, Plus{}, Magnitude{});
}

std::string difference_of_sums(const std::string& what, index_t n, double device, double host) {
  const double bound = op::transform_reduce::tier::bound<double>(static_cast<double>(n + 1), host);
  if (std::abs(device - host) <= bound) return {};
  return text::joined(what, ": ", device, " and ", host, " differ beyond the bound ", bound);
}

}  // namespace isonomy::gates
