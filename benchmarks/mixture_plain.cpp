// What a C++ user gets from a plain loop: the likelihood of the shared-mean pair as two exponentials and a logarithm a
// point, and in product form, compiled with -Ofast for the vector mathematical library of the compiler.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

struct Terms {
  double a, b, ha, hb, mean;
};

Terms terms(double f, double mean, double s1, double s2) {
  const double c = 0.5 * std::log(2 * 3.14159265358979323846);
  return {std::log(f) - c - std::log(s1), std::log1p(-f) - c - std::log(s2), -0.5 / (s1 * s1), -0.5 / (s2 * s2), mean};
}

double direct(const std::vector<double>& x, const Terms& t) {
  double sum = 0;
  const double p = std::exp(t.a), q = std::exp(t.b);
  for (const double v : x) {
    const double z = (v - t.mean) * (v - t.mean);
    sum += std::log(p * std::exp(t.ha * z) + q * std::exp(t.hb * z));
  }
  return -sum;
}

double product(const std::vector<double>& x, const Terms& t) {
  constexpr std::size_t lanes = 32, block = 8192;
  double sum = 0;
  for (std::size_t first = 0; first < x.size(); first += block) {
    const std::size_t last = std::min(x.size(), first + block), even = first + (last - first) / lanes * lanes;
    double largest[lanes] = {}, factor[lanes];
    std::fill(factor, factor + lanes, 1.0);
    for (std::size_t i = first; i < even; i += lanes)
      for (std::size_t l = 0; l < lanes; ++l) {
        const double z = (x[i + l] - t.mean) * (x[i + l] - t.mean), a = t.a + t.ha * z, b = t.b + t.hb * z;
        largest[l] += std::max(a, b);
        factor[l] += factor[l] * std::exp(-std::abs(a - b));
      }
    for (std::size_t l = 0; l < lanes; ++l) sum += largest[l] + std::log(factor[l]);
    for (std::size_t i = even; i < last; ++i) {
      const double z = (x[i] - t.mean) * (x[i] - t.mean), a = t.a + t.ha * z, b = t.b + t.hb * z;
      sum += std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
    }
  }
  return -sum;
}

void time(const char* work, const std::vector<double>& x, double (*f)(const std::vector<double>&, const Terms&),
          int repeats) {
  std::vector<double> seconds;
  double nll = 0;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    nll = f(x, terms(0.5, 1, 2, 0.5));
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("{\"work\": \"%s\", \"points\": %zu, \"threads\": 1, \"seconds\": %.9f, \"nll\": %.17g}\n", work,
              x.size(), seconds[seconds.size() / 2], nll);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: mixture_plain FILE_OF_DOUBLES [REPEATS]\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary | std::ios::ate);
  std::vector<double> x(static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0)) / sizeof(double));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(double)))) {
    std::fprintf(stderr, "error: cannot read %s\n", argv[1]);
    return 1;
  }
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 15;
  time("direct", x, direct, repeats);
  time("product", x, product, repeats);
}
