// A program on the compiled form: exits with 0 if the library's instantiations multiply two matrices, fit a mixture,
// and tell signal from noise.
#include <cmath>
#include <vector>

#include <isonomy/compiled/gsn.hpp>
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
  if (!fit.minimum.valid()) return 2;

  std::vector<double> responses;  // of two units to three conditions, twice; the first has noise
  for (const double condition : {1.0, 2.0, 6.0}) responses.insert(responses.end(), {condition - 0.5, condition + 0.5});
  for (const double condition : {1.0, 2.0, 6.0}) responses.insert(responses.end(), {condition, condition});
  isonomy::gsn::GsnOptions options;
  options.wantshrinkage = false;
  const auto parts = isonomy::gsn::fit(ctx, isonomy::gsn::trials_fastest(responses.data(), 2, 3, 2), options);
  const double signal = parts.cS.view()(0, 1), noise = parts.cN.view()(0, 0);
  return std::abs(signal - 7) < 1e-12 && std::abs(noise - 0.5) < 1e-12 ? 0 : 3;
}
