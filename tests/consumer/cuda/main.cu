// What somebody with a GPU writes first: numbers to the device, a sum there, and a word where there is no device.
#include <iostream>
#include <vector>

#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/for_each.hpp"

using namespace isonomy;

struct SquareInPlace {
  VectorView<double, DeviceSpace> x;
  ISONOMY_HD void operator()(index_t i) const { x(i) *= x(i); }
};

int main() {
  if (!Backend<Cuda>::available()) {
    std::cout << "skipped: " << Backend<Cuda>::unavailable_reason() << '\n';
    return 0;
  }
  Context<Cuda> ctx;
  Buffer<double, Cuda> x = to_device(ctx, std::vector<double>{1, 2, 3});
  for_each(ctx, x.size(), SquareInPlace{x.view()});
  const std::vector<double> squares = to_host(ctx, x);
  std::cout << squares[0] << ' ' << squares[1] << ' ' << squares[2] << '\n';
  return squares == std::vector<double>{1, 4, 9} ? 0 : 1;
}
