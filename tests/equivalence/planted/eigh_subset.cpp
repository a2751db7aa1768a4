// Faults planted into parts of spectra.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::eigh_subset> {
  template <class Honest, class T>
  static EigenRange run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a,
                        const Spectrum& spectrum, VectorView<T> w, MatrixView<T> v) {
    const index_t n = a.rows, room = std::min(w.size, v.columns);
    Spectrum other = spectrum;
    switch (number) {
    case 0:  // the end belongs to it
      other.below = std::nextafter(spectrum.below, std::numeric_limits<double>::infinity());
      return honest(a, other, w, v);
    case 1: {
      EigenRange found = honest(a, spectrum, w, v);
      if (found.count < 3) return found;
      for (index_t j = 0; j + 1 < found.count; ++j) {
        w(j) = w(j + 1);
        for (index_t i = 0; i < n; ++i) v(i, j) = v(i, j + 1);
      }
      return {found.first + 1, found.count - 1};
    }
    case 2:
      if (spectrum.fewer_of_sign) other = Spectrum::negative();
      return honest(a, other, w, v);
    case 3:  // as many of both signs: those that are not negative
    {
      const EigenRange found = honest(a, spectrum, w, v);
      return spectrum.fewer_of_sign && n > 0 && 2 * found.count == n ? honest(a, Spectrum::at_least(0), w, v) : found;
    }
    case 4: {
      EigenRange found = honest(a, spectrum, w, v);
      found.first = 0;
      return found;
    }
    case 5: {
      EigenRange found = honest(a, spectrum, w, v);
      if (found.count > 2) --found.count;
      return found;
    }
    case 6: {
      const EigenRange found = honest(a, spectrum, w, v);
      for (index_t j = found.count; j < w.size; ++j) w(j) = 0;
      return found;
    }
    case 7: {
      const EigenRange found = honest(a, spectrum, w, v);
      if (found.count < v.columns && n > 0) v(n - 1, v.columns - 1) = 0;
      return found;
    }
    case 8: {
      const EigenRange found = honest(a, spectrum, w, v);
      for (index_t j = 0; j < found.count / 2; ++j) {
        std::swap(w(j), w(found.count - 1 - j));
        for (index_t i = 0; i < n; ++i) std::swap(v(i, j), v(i, found.count - 1 - j));
      }
      return found;
    }
    case 9: {  // vectors of a cluster that are not orthogonal
      const EigenRange found = honest(a, spectrum, w, v);
      for (index_t j = 1; j < found.count; ++j)
        if (std::abs(w(j) - w(j - 1)) <= 4 * std::numeric_limits<T>::epsilon() * std::abs(w(j)))
          for (index_t i = 0; i < n; ++i) v(i, j) += v(i, j - 1) / 1024;
      return found;
    }
    case 10: {
      const EigenRange found = honest(a, spectrum, w, v);
      for (index_t i = 0; found.count > 1 && i < n; ++i) v(i, 1) = -v(i, 1);
      return found;
    }
    case 11: try { return honest(a, spectrum, w, v);
      } catch (const ValueError&) {
        return {};
      }
    case 12: {  // the mean of both triangles, where that is a number
      std::vector<T> mean(static_cast<std::size_t>(n * n));
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j <= i; ++j)
          mean[static_cast<std::size_t>(j * n + i)] = a(j, i) == a(j, i) ? (a(i, j) + a(j, i)) / 2 : a(i, j);
      return honest(MatrixView<const T>(mean.data(), n, n, 1, n), spectrum, w, v);
    }
    default: {  // what has room is given, of more eigenvalues the least
      std::vector<T> values(static_cast<std::size_t>(n)), vectors(static_cast<std::size_t>(n * n));
      EigenRange found = honest(a, spectrum, view(values), column_major(vectors.data(), n, n));
      found.count = std::min(found.count, room);
      for (index_t j = 0; j < found.count; ++j) {
        w(j) = values[static_cast<std::size_t>(j)];
        for (index_t i = 0; i < n; ++i) v(i, j) = vectors[static_cast<std::size_t>(j * n + i)];
      }
      return found;
    }
    }
  }
};

namespace {
Facts eigh_subset_facts() {
  // No row has 2^20 elements: eigenvectors of 1024 rows take the scalar form too long.
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::flushes_results, Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return {"eigh_subset",
          {"A"},
          {},
          {0},
          kinds,
          {32},
          {},
          {},
          {"takes the upper end for a part of the range", "leaves out the first",
           "takes the smaller sign class for that below 0", "takes the other class where both are as large",
           "says that the first is 0", "leaves out the last", "clears what lies behind the values",
           "clears what lies behind the vectors", "gives descending eigenvalues", "leaves vectors of clusters askew",
           "gives a vector the other sign", "swallows what is refused", "reads the upper triangle",
           "gives what there is room for"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into parts of spectra", "[planted]") {
  judge_sample<op::eigh_subset>(eigh_subset_facts());
}
TEST_CASE("the kit catches every fault planted into parts of spectra", "[planted][long]") {
  judge_all<op::eigh_subset>(eigh_subset_facts());
}

}  // namespace isonomy::test
