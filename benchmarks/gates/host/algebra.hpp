// Products and factors on the host, and whether those of the device are within their tiers.
#pragma once

#include <string>
#include <vector>

#include "host.hpp"

namespace isonomy::gates {

/// C = A*B of n x n matrices in columns, or C = transposed(A)*A.
enum class ProductOf { two, itself };
void multiply(Host& host, ProductOf kind, index_t n, const std::vector<double>& a, const std::vector<double>& b,
              std::vector<double>& out);
/// Beyond the tier of gemm or syrk: beside the host's product, by bounds from the product of magnitudes.
[[nodiscard]] std::string difference_of_product(Host& host, ProductOf kind, index_t n, const std::vector<double>& a,
                                                const std::vector<double>& b, const std::vector<double>& device);

/// Symmetric n x n matrices with a heavy diagonal, one behind the other; upper triangles are -7.
[[nodiscard]] std::vector<double> heavy_diagonals(index_t matrices, index_t n);
void factor(Host& host, index_t matrices, index_t n, std::vector<double>& a, std::vector<index_t>& info);
/// Factors of the device whose products with their transposes are not `a` within the tier of cholesky_batched, or that
/// have a changed upper triangle; or another info than the host's.
[[nodiscard]] std::string difference_of_factors(Host& host, index_t matrices, index_t n, const std::vector<double>& a,
                                                const std::vector<double>& device, const std::vector<index_t>& info);

}  // namespace isonomy::gates
