// inclusive_scan of Backend<Cpu>: one fixed tree, in one pass by one thread, in two by several.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct InclusiveScan {
  template <class T, class Op>
  static void inclusive_scan(Context& ctx, VectorView<const T> x, VectorView<T> out, const Op& op) {
    static_assert(std::is_trivially_copyable_v<T>, "elements travel between devices as plain bytes");
    const index_t chunks = (x.size + reduction_chunk - 1) / reduction_chunk;
    if (chunks == 0) return;
    const Memory::allocation memory = Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(chunks), operation);
    T* const carried = static_cast<T*>(memory.get());  // the totals of all chunks up to each
    const auto chunk = [&](const auto& v, index_t c) {
      return v.subview(c * reduction_chunk, std::min(reduction_chunk, v.size - c * reduction_chunk));
    };
    const auto scan = [&](index_t c) {
      return c == 0 ? scan_chunk(chunk(x, c), chunk(out, c), op)
                    : scan_chunk_after(carried[c - 1], chunk(x, c), chunk(out, c), op);
    };
    const auto carry = [&](index_t c, const T& total) {
      std::construct_at(carried + c, c == 0 ? total : op(carried[c - 1], total));
    };
    if (ctx.threads() == 1) return parallel_for(ctx, chunks, 4, operation, [&](index_t c) { carry(c, scan(c)); });
    parallel_for(ctx, chunks, 4, operation, [&](index_t c) { std::construct_at(carried + c, fold(chunk(x, c), op)); });
    for (index_t c = 1; c < chunks; ++c) carried[c] = op(carried[c - 1], carried[c]);
    parallel_for(ctx, chunks, 4, operation, [&](index_t c) { static_cast<void>(scan(c)); });
  }

 private:
  static constexpr const char* operation = "inclusive_scan";

  template <class T, class Op>
  [[nodiscard]] static T fold(VectorView<const T> x, const Op& op) {
    T total = x(0);
    for (index_t i = 1; i < x.size; ++i) total = op(total, x(i));
    return total;
  }
  /// Both give the fold of the chunk alone.
  template <class T, class Op>
  static T scan_chunk(VectorView<const T> x, VectorView<T> out, const Op& op) {
    T total = x(0);
    out(0) = total;
    for (index_t i = 1; i < x.size; ++i) out(i) = total = op(total, x(i));
    return total;
  }
  template <class T, class Op>
  static T scan_chunk_after(T before, VectorView<const T> x, VectorView<T> out, const Op& op) {
    T total = x(0);
    out(0) = op(before, total);
    for (index_t i = 1; i < x.size; ++i) {
      total = op(total, x(i));
      out(i) = op(before, total);
    }
    return total;
  }
};

}  // namespace isonomy::cpu
