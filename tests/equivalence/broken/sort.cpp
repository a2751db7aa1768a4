// The conformance kit fails deliberately wrong backends: stable_sort_by_key.
#include <utility>

#include "isonomy/conformance/cases/sort.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

/// Sorts as Backend<Cpu>, then spoils each segment.
template <class Spoil>
struct Spoiled {
  template <class K, class V>
  static void run(cpu::Context& ctx, VectorView<K> keys, VectorView<V> values) {
    ::test::Host::stable_sort_by_key(ctx, keys, values);
    Spoil::segment(keys, values, 0, keys.size);
  }
  template <class K, class V>
  static void run(cpu::Context& ctx, VectorView<K> keys, VectorView<V> values, VectorView<const index_t> offsets) {
    ::test::Host::stable_sort_by_key(ctx, keys, values, offsets);
    for (index_t s = 0; s + 1 < offsets.size; ++s) Spoil::segment(keys, values, offsets(s), offsets(s + 1));
  }
};
struct Unstable : Spoiled<Unstable> {
  template <class K, class V>
  static void segment(VectorView<K> keys, VectorView<V> values, index_t first, index_t last) {
    for (index_t i = first; i + 1 < last; ++i)
      if (keys(i) == keys(i + 1)) std::swap(values(i), values(i + 1));
  }
};
struct NanFirst : Spoiled<NanFirst> {
  template <class K, class V>
  static void segment(VectorView<K> keys, VectorView<V> values, index_t first, index_t last) {
    index_t front = first;
    for (index_t i = first; i < last; ++i)
      if (keys(i) != keys(i)) {
        std::swap(keys(i), keys(front));
        std::swap(values(i), values(front++));
      }
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong stable_sort_by_key", "[conformance]") {
  CHECK(::test::failures_of_honest<op::stable_sort_by_key>() == 0);
  CHECK(::test::failures<op::stable_sort_by_key, Unstable>() > 0);
  CHECK(::test::failures<op::stable_sort_by_key, NanFirst>() > 0);
}
