#include "algebra.hpp"

#include <cmath>
#include <cstddef>

#include "context.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::gates {
namespace {

std::vector<double> magnitudes(std::vector<double> x) {
  for (double& e : x) e = std::abs(e);
  return x;
}

/// The lower triangle of a matrix and zeros.
std::vector<double> lower(index_t n, const double* from) {
  std::vector<double> out(static_cast<std::size_t>(n * n));
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i) out[static_cast<std::size_t>(i + j * n)] = from[i + j * n];
  return out;
}

std::string beyond(const std::string& what, index_t i, index_t j, double device, double host, double bound) {
  return text::joined(what, " (", i, ", ", j, "): ", device, " and ", host, " differ by ", std::abs(device - host),
                      ", beyond the bound ", bound);
}

}  // namespace

void multiply(Host& host, ProductOf kind, index_t n, const std::vector<double>& a, const std::vector<double>& b,
              std::vector<double>& out) {
  const MatrixView<double> c = column_major(out.data(), n, n);
  if (kind == ProductOf::two)
    gemm(host.ctx, 1, column_major(a.data(), n, n), column_major(b.data(), n, n), 0, c);
  else
    syrk(host.ctx, 1, column_major(a.data(), n, n), 0, c);
}

std::string difference_of_product(Host& host, ProductOf kind, index_t n, const std::vector<double>& a,
                                  const std::vector<double>& b, const std::vector<double>& device) {
  std::vector<double> product(device.size()), scale(device.size());
  multiply(host, kind, n, a, b, product);
  multiply(host, kind, n, magnitudes(a), magnitudes(b), scale);
  const double length = static_cast<double>(n + 2);
  for (index_t e = 0; e < n * n; ++e) {
    const auto at = static_cast<std::size_t>(e);
    const double bound = op::gemm::tier::bound<double>(length, scale[at]);
    if (!(std::abs(device[at] - product[at]) <= bound))
      return beyond("product", e % n, e / n, device[at], product[at], bound);
  }
  return {};
}

std::vector<double> heavy_diagonals(index_t matrices, index_t n) {
  std::vector<double> a = random_numbers(matrices * n * n, 5);
  for (index_t b = 0; b < matrices; ++b)
    for (index_t j = 0; j < n; ++j) {
      double* const column = a.data() + (b * n + j) * n;
      for (index_t i = 0; i < j; ++i) column[i] = -7;
      column[j] += static_cast<double>(n);
    }
  return a;
}

void factor(Host& host, index_t matrices, index_t n, std::vector<double>& a, std::vector<index_t>& info) {
  cholesky_batched(host.ctx, BatchView<double>(a.data(), matrices, n, n, n * n, 1, n),
                   VectorView<index_t>(info.data(), matrices));
}

std::string difference_of_factors(Host& host, index_t matrices, index_t n, const std::vector<double>& a,
                                  const std::vector<double>& device, const std::vector<index_t>& info) {
  std::vector<double> factors = a;
  std::vector<index_t> expected(info.size());
  factor(host, matrices, n, factors, expected);
  if (std::string found = difference_of("info", info, expected); !found.empty()) return found;
  std::vector<double> product(static_cast<std::size_t>(n * n)), scale(product.size());
  for (index_t b = 0; b < matrices; ++b) {
    const double* const given = a.data() + b * n * n;
    const double* const got = device.data() + b * n * n;
    const std::vector<double> l = lower(n, got), size = magnitudes(l);
    const auto square = [&](const std::vector<double>& x, std::vector<double>& out) {
      const MatrixView<const double> m = column_major(x.data(), n, n);
      gemm(host.ctx, 1, m, MatrixView<const double>(transposed(m)), 0, column_major(out.data(), n, n));
    };
    square(l, product);
    square(size, scale);
    for (index_t e = 0; e < n * n; ++e) {
      const auto at = static_cast<std::size_t>(e);
      if (e % n < e / n) {
        if (got[e] != given[e]) return beyond("above the diagonal", e % n, e / n, got[e], given[e], 0);
        continue;
      }
      const double bound = op::cholesky_batched::tier::bound<double>(static_cast<double>(n + 1), scale[at]);
      if (!(std::abs(product[at] - given[e]) <= bound))
        return beyond(text::joined("L times its transpose, matrix ", b), e % n, e / n, product[at], given[e], bound);
    }
  }
  return {};
}

}  // namespace isonomy::gates
