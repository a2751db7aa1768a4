// What Backend<Cuda> takes for granted of CUB: each belief that the stand-in encodes, as a check for a device.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cub/device/device_radix_sort.cuh>
#include <numeric>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// Keys with their positions as values, on a device: the one call of CUB that the library makes, with its types.
class KeysWithPositions {
 public:
  using Key = std::uint64_t;

  explicit KeysWithPositions(std::vector<Key> keys)
      : keys_(std::move(keys)), positions_(keys_.size()), size_(static_cast<index_t>(keys_.size())) {
    std::iota(positions_.begin(), positions_.end(), index_t{0});
    keys_room_ = Buffer<Key, Cuda>(ctx_, 2 * size_ + 1);
    positions_room_ = Buffer<index_t, Cuda>(ctx_, 2 * size_ + 1);
    Backend<Cuda>::copy_from_host(ctx_, VectorView<const Key>(keys_.data(), size_), part(keys_room_, 0));
    Backend<Cuda>::copy_from_host(ctx_, VectorView<const index_t>(positions_.data(), size_), part(positions_room_, 0));
    keys_there_ = {keys_room_.data(), keys_room_.data() + size_};
    positions_there_ = {positions_room_.data(), positions_room_.data() + size_};
  }

  cudaError_t call(void* room, std::size_t& bytes, int bits = 64) {
    return cub::DeviceRadixSort::SortPairs(room, bytes, keys_there_, positions_there_, size_, 0, bits, ctx_.stream());
  }
  std::vector<index_t> sorted_positions(int bits) {
    std::size_t bytes = 0;
    REQUIRE(call(nullptr, bytes, bits) == cudaSuccess);
    Buffer<std::byte, Cuda> room(ctx_, static_cast<index_t>(bytes));
    REQUIRE(call(room.data(), bytes, bits) == cudaSuccess);
    return to_host<Context<Cuda>, index_t>(ctx_, {positions_there_.Current(), size_});
  }
  /// Stable, by the low bits.
  [[nodiscard]] std::vector<index_t> expected(int bits) const {
    const Key mask = bits == 64 ? ~Key{0} : (Key{1} << bits) - 1;
    std::vector<index_t> out = positions_;
    std::ranges::stable_sort(out, {}, [&](index_t i) { return keys_[static_cast<std::size_t>(i)] & mask; });
    return out;
  }
  Context<Cuda>& context() { return ctx_; }

 private:
  template <class T>
  VectorView<T, DeviceSpace> part(Buffer<T, Cuda>& room, index_t first) {
    return room.view().subview(first, size_);
  }

  Context<Cuda> ctx_;
  std::vector<Key> keys_;
  std::vector<index_t> positions_;
  index_t size_;
  Buffer<Key, Cuda> keys_room_;
  Buffer<index_t, Cuda> positions_room_;
  cub::DoubleBuffer<Key> keys_there_;
  cub::DoubleBuffer<index_t> positions_there_;
};

/// Few different low bits, and high ones that go against them.
std::vector<std::uint64_t> keys_with_ties(std::size_t n) {
  std::vector<std::uint64_t> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = (i * 2654435761U % 13) | (static_cast<std::uint64_t>(n - i) << 40);
  return out;
}

TEST_CASE("CUB: a sort of pairs is stable, and bits beyond those asked for do not count", "[cuda][beliefs]") {
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{1000}, std::size_t{20000}})
    for (const int bits : {1, 4, 40, 64}) {
      KeysWithPositions keys(keys_with_ties(n));
      CHECK(keys.sorted_positions(bits) == keys.expected(bits));
    }
}

TEST_CASE("CUB: a call without memory only says how much it wants, never nothing; less is refused", "[cuda][beliefs]") {
  KeysWithPositions keys(keys_with_ties(5000));
  std::size_t bytes = 0;
  REQUIRE(keys.call(nullptr, bytes) == cudaSuccess);
  REQUIRE(bytes > 0);
  Buffer<std::byte, Cuda> room(keys.context(), static_cast<index_t>(bytes));
  std::size_t fewer = bytes - 1;
  CHECK(keys.call(room.data(), fewer) == cudaErrorInvalidValue);
  static_cast<void>(cudaGetLastError());
  CHECK(keys.sorted_positions(64) == keys.expected(64));
}

TEST_CASE("CUB: nothing to sort is no error", "[cuda][beliefs]") {
  KeysWithPositions keys({});
  std::size_t bytes = 0;
  CHECK(keys.call(nullptr, bytes) == cudaSuccess);
  CHECK(bytes > 0);
  CHECK(keys.sorted_positions(64).empty());
}

}  // namespace
}  // namespace isonomy::test
