// A program on the compiled form: exits with 0 if the library's instantiations multiply two matrices and fit a mixture.
#include <cmath>
#include <vector>

#include <isonomy/compiled/linalg.hpp>
#include <isonomy/compiled/mixture.hpp>

int main() {
  isonomy::Context<isonomy::Cpu> ctx;
  std::vector<double> a{1, 2, 3, 4}, out(4), points;
  const auto matrix = isonomy::column_major(a.data(), 2, 2);
  isonomy::gemm(ctx, 1.0, matrix, matrix, 0.0, isonomy::column_major(out.data(), 2, 2));
  if (out != std::vector<double>{7, 10, 15, 22}) return 1;

  for (int i = -49; i < 50; i += 2) points.push_back(i / (52.0 - std::abs(i)));
  const auto fit =
      isonomy::mixture::fit(ctx, isonomy::mixture::shared_mean_pair(), isonomy::view(points), {0.5, 0.1, 3, 1});
  return fit.minimum.valid() ? 0 : 2;
}
