// The packed product behind gemm and syrk of Backend<Cpu>: cutting, packing and threading; the arithmetic is in
// gemm_tile.hpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/linalg/gemm_avx2.hpp"
#include "isonomy/cpu/linalg/gemm_avx512.hpp"
#include "isonomy/cpu/linalg/gemm_tile.hpp"
#include "isonomy/cpu/linalg/pack.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

template <Real T>
[[nodiscard]] GemmKernel<T> gemm_kernel(InstructionSet set) {
  const auto of = []<class K>(K) {
    return GemmKernel<T>{K::rows,
                         K::columns,
                         &K::accumulate,
                         &K::finish,
                         &K::carry,
                         &pack_groups<K::rows, T>,
                         &pack_groups<K::columns, T>,
                         K::steps};
  };
#if defined(__x86_64__)
  return with_kernels<ScalarGemm<T>, Avx2Gemm<T>, Avx512Gemm<T>>(set, of);
#else
  return of(ScalarGemm<T>{});
#endif
}

/// Which elements of a square product are wanted. `lower_mirrored` computes the lower triangle and writes it to both.
enum class Wanted { all, lower_mirrored };

/// out = alpha*A*B + beta*out on packed copies of A and B, cut into blocks of packed_steps() steps by block_rows and
/// block_columns elements of the output. Takes 120 KiB of the stack.
template <Real T>
class PackedProduct {
 public:
  PackedProduct(Context& ctx, const char* operation, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                MatrixView<T> out, Wanted elements)
      : ctx_(ctx), operation_(operation), kernel_(gemm_kernel<T>(ctx.instruction_set())), alpha_(alpha), beta_(beta),
        a_(a), b_(b), out_(out), elements_(elements), in_place_(alpha == 1 && beta == 0 && out.row_stride == 1) {}

  void run() {
    const Room room(kernel_, out_.rows, out_.columns, a_.columns);
    const std::size_t bytes = in_place_ ? room.packed_bytes() : room.bytes();
    const Memory::allocation memory = Memory::allocate(ctx_, bytes, operation_);
    run(room, static_cast<T*>(memory.get()));
  }
  /// out = out + A*B for a product made with alpha == 1: each chain of fma goes on from the element's old value, and
  /// the output, whose columns have a unit stride, is read and written once.
  void run_onto() {
    onto_ = true;
    in_place_ = true;
    run();
  }
  /// The same by the calling thread alone, on `memory` of workspace() bytes, 64-byte aligned; for a task of a loop.
  void run_alone(T* memory) {
    alone_ = true;
    run(Room(kernel_, out_.rows, out_.columns, a_.columns), memory);
  }

  /// The most bytes that run() takes for an output of that size.
  [[nodiscard]] static std::size_t workspace(const Context& ctx, index_t rows, index_t columns, index_t steps) {
    return Room(gemm_kernel<T>(ctx.instruction_set()), rows, columns, steps).bytes();
  }

 private:
  static constexpr index_t block_rows = 2304, block_columns = 2304, most_steps = 1024;
  static constexpr index_t rows_of_region = 1920 / sizeof(T), columns_of_region = 64;  // whole tiles of every kernel
  static constexpr index_t first_level_cache = 24 * 1024;                              // bytes to count on
  static constexpr index_t alignment = 64;                                             // elements

  /// Elements of the packed A and B, and of sums that several blocks of steps are cut into; each aligned.
  struct Room {
    index_t a, b, sums;

    Room(const GemmKernel<T>& kernel, index_t rows, index_t columns, index_t steps) {
      const index_t m = round_up(std::min(rows, block_rows), kernel.rows);
      const index_t n = round_up(std::min(columns, block_columns), kernel.columns);
      const index_t k = std::min(steps, packed_steps(kernel));
      a = round_up(m * k, alignment);
      b = round_up(n * k, alignment);
      sums = steps > k ? round_up(m * n, alignment) : 0;
    }
    [[nodiscard]] std::size_t packed_bytes() const { return sizeof(T) * static_cast<std::size_t>(a + b); }
    [[nodiscard]] std::size_t bytes() const { return sizeof(T) * static_cast<std::size_t>(a + b + sums); }
  };

  /// A block of the output and the steps p .. p + k - 1 of its sums.
  struct Block {
    index_t i, j, m, n, p, k;
  };
  /// Rows top .. bottom - 1 and columns left .. right - 1 of a block.
  struct Region {
    index_t top, bottom, left, right;
  };

  /// Steps that are packed at a time: some times those of a tile.
  [[nodiscard]] static index_t packed_steps(const GemmKernel<T>& kernel) {
    return most_steps / kernel.steps * kernel.steps;
  }

  void run(const Room& room, T* memory) {
    packed_a_ = memory;
    packed_b_ = packed_a_ + room.a;
    acc_ = !in_place_ && room.sums > 0 ? packed_b_ + room.b : nullptr;

    const index_t steps = packed_steps(kernel_);
    for (index_t j = 0; j < out_.columns; j += block_columns)
      for (index_t i = 0; i < out_.rows; i += block_rows) {
        const index_t m = std::min(block_rows, out_.rows - i), n = std::min(block_columns, out_.columns - j);
        if (!wanted(i + m - 1, j)) continue;
        // k == 0 still passes once: the sum is then 0 and out = alpha*0 + beta*out.
        for (index_t p = 0; p == 0 || p < a_.columns; p += steps)
          block({i, j, m, n, p, std::min(steps, a_.columns - p)});
      }
  }

  template <class F>
  void loop(index_t n, index_t grain, const F& f) const {
    if (alone_) return serial_for(ctx_, n, operation_, f);
    parallel_for(ctx_, n, grain, operation_, f);
  }

  /// Is anything on or left of the diagonal, for a region whose last row is `last_row` and first column `column`?
  bool wanted(index_t last_row, index_t column) const { return elements_ == Wanted::all || last_row >= column; }

  /// Groups of `width` rows of x (the columns of a transposed view), by one of the kernel's packers.
  void pack(MatrixView<const T> x, index_t width, void (*packer)(MatrixView<const T>, index_t, index_t, T*), T* to) {
    const index_t groups = (x.rows + width - 1) / width;
    if (alone_) return packer(x, 0, groups, to);
    parallel_chunks(ctx_, groups, 8, operation_, [=](index_t first, index_t last) { packer(x, first, last, to); });
  }

  /// The extent of a task's share of n, in whole tiles: shares are alike, and none is larger than `most`.
  static index_t share(index_t n, index_t most, index_t tile) {
    return round_up((n + (n + most - 1) / most - 1) / ((n + most - 1) / most), tile);
  }

  void block(const Block& of) {
    for (index_t q = 0; q < of.k; q += kernel_.steps) {
      const index_t p = of.p + q, k = std::min(kernel_.steps, of.k - q);
      pack(a_.row_block(of.i, of.m).column_block(p, k), kernel_.rows, kernel_.pack_rows, part_of_a(of, q));
      pack(transposed(b_.row_block(p, k).column_block(of.j, of.n)), kernel_.columns, kernel_.pack_columns,
           part_of_b(of, q));
    }
    const index_t rows = share(of.m, rows_of_region, kernel_.rows);
    const index_t columns = share(of.n, columns_of_region, kernel_.columns), across = (of.n + columns - 1) / columns;
    loop((of.m + rows - 1) / rows * across, 1, [=, this](index_t task) {
      const index_t top = task / across * rows, left = task % across * columns;
      region(of, {top, std::min(of.m, top + rows), left, std::min(of.n, left + columns)});
    });
  }
  /// The packed steps from q of a block.
  [[nodiscard]] T* part_of_a(const Block& of, index_t q) const { return packed_a_ + q * round_up(of.m, kernel_.rows); }
  [[nodiscard]] T* part_of_b(const Block& of, index_t q) const {
    return packed_b_ + q * round_up(of.n, kernel_.columns);
  }

  /// All steps of a region. Its sums stand side by side between two parts of the steps, because columns of the output,
  /// far from each other, would take more of the caches and of the table of pages.
  void region(const Block& of, const Region& part) const {
    if (!wanted(of.i + part.bottom - 1, of.j + part.left)) return;
    // A row of tiles of A stays in the first-level cache where it fits, and the region's columns of B in the second;
    // else a column of tiles of B stays, and the region's rows of A.
    const bool by_rows = kernel_.rows * kernel_.steps * static_cast<index_t>(sizeof(T)) <= first_level_cache;
    alignas(64) T sums[rows_of_region * columns_of_region];
    for (index_t q = 0; q == 0 || q < of.k; q += kernel_.steps) {
      T* acc = sums;
      const auto next = [&](index_t r, index_t c) {
        tile(of, q, r, c, acc);
        acc += kernel_.rows * kernel_.columns;
      };
      if (by_rows)
        for (index_t r = part.top; r < part.bottom; r += kernel_.rows)
          for (index_t c = part.left; c < part.right; c += kernel_.columns) {
            fetch_next_rows(of, q, r, c - part.left);
            next(r, c);
          }
      else
        for (index_t c = part.left; c < part.right; c += kernel_.columns)
          for (index_t r = part.top; r < part.bottom; r += kernel_.rows) next(r, c);
    }
  }

  /// Brings a share of the next row of tiles of A into the second-level cache, for a tile `right` columns from the
  /// left.
  void fetch_next_rows(const Block& of, index_t q, index_t r, index_t right) const {
    constexpr index_t line = 64 / static_cast<index_t>(sizeof(T));
    const index_t row = kernel_.rows * std::min(kernel_.steps, of.k - q),
                  part = row * kernel_.columns / columns_of_region;
    if (r + kernel_.rows >= of.m) return;
    const T* const next = part_of_a(of, q) + (r / kernel_.rows + 1) * row + right / kernel_.columns * part;
    for (index_t e = 0; e < part; e += line) __builtin_prefetch(next + e, 0, 2);
  }

  /// Steps from q of the tile of a block whose first element is (r, c), with its sums before and after them in acc
  /// unless these are the block's first or last.
  void tile(const Block& of, index_t q, index_t r, index_t c, T* acc) const {
    const index_t i = of.i + r, j = of.j + c, k = std::min(kernel_.steps, of.k - q);
    const index_t rows = std::min(kernel_.rows, of.m - r), columns = std::min(kernel_.columns, of.n - c);
    if (!wanted(i + rows - 1, j)) return;
    const bool begins = q == 0, ends = q + k == of.k, last = ends && of.p + of.k == a_.columns;
    const bool whole = rows == kernel_.rows && columns == kernel_.columns;
    // Where the sums stand from block to block of the steps.
    T* kept = acc;
    if (in_place_ && whole)
      kept = &out_(i, j);
    else if (acc_ != nullptr)
      kept = acc_ + (c * round_up(of.m, kernel_.rows) + r * kernel_.columns);
    const index_t apart = in_place_ && whole ? out_.column_stride : kernel_.rows;

    const T* from = begins ? kept : acc;
    if (begins && of.p == 0 && !onto_)
      from = nullptr;
    else if (begins && in_place_ && !whole)
      begin_edge(acc, i, j, rows, columns);
    const bool to_kept = in_place_ ? ends : ends && !last;
    if (ends && in_place_ && whole) fetch(i, j);
    kernel_.carry(k, part_of_a(of, q) + r * k, part_of_b(of, q) + c * k, from, begins ? apart : kernel_.rows,
                  to_kept ? kept : acc, to_kept ? apart : kernel_.rows);
    if (ends && in_place_ && !whole) kernel_.finish(acc, rows, columns, 1, 0, &out_(i, j), 1, out_.column_stride);
    if (last && in_place_)
      reflect(i, j, rows, columns);
    else if (last)
      write(acc, i, j, rows, columns);
  }

  /// What stands above the diagonal for a tile below it, while the tile is in cache. Tiles on the diagonal, whose rows
  /// are whole columns of tiles, have both parts already.
  void reflect(index_t i, index_t j, index_t m, index_t n) const {
    if (elements_ == Wanted::all || i < j + n) return;
    for (index_t r = 0; r < m; ++r)
      for (index_t c = 0; c < n; ++c) out_(j + c, i + r) = out_(i + r, j + c);
  }

  /// Brings a tile of the output into cache while its sums are computed.
  void fetch(index_t i, index_t j) const {
    constexpr index_t line = 64 / static_cast<index_t>(sizeof(T));
    for (index_t c = 0; c < kernel_.columns; ++c) {
      for (index_t r = 0; r < kernel_.rows; r += line) __builtin_prefetch(&out_(i + r, j + c), 1);
      __builtin_prefetch(&out_(i + kernel_.rows - 1, j + c), 1);
    }
  }

  /// The sums so far of a tile that is cut off by the edge of the output, 0 beyond it.
  void begin_edge(T* acc, index_t i, index_t j, index_t m, index_t n) const {
    std::fill_n(acc, kernel_.rows * kernel_.columns, T{0});
    for (index_t c = 0; c < n; ++c)
      for (index_t r = 0; r < m; ++r) acc[c * kernel_.rows + r] = out_(i + r, j + c);
  }

  /// The finished sums of the tile whose first element is (i, j).
  void write(const T* acc, index_t i, index_t j, index_t m, index_t n) const {
    const index_t rs = out_.row_stride, cs = out_.column_stride;
    if (elements_ == Wanted::all) {
      kernel_.finish(acc, m, n, alpha_, beta_, &out_(i, j), rs, cs);
    } else if (i >= j + n) {
      kernel_.finish(acc, m, n, alpha_, beta_, &out_(i, j), rs, cs);
      kernel_.finish(acc, m, n, alpha_, beta_, &out_(j, i), cs, rs);
    } else {
      // The tile crosses the diagonal: its part above is mirrored from below like everything else.
      for (index_t c = 0; c < n; ++c) {
        const index_t above = std::clamp<index_t>(j + c - i, 0, m),
                      strictly_above = std::min(m, std::max<index_t>(j + c + 1 - i, 0));
        const T* column = acc + c * kernel_.rows;
        kernel_.finish(column + above, m - above, 1, alpha_, beta_, &out_(i, j) + above * rs + c * cs, rs, cs);
        kernel_.finish(column + strictly_above, m - strictly_above, 1, alpha_, beta_,
                       &out_(j, i) + c * rs + strictly_above * cs, cs, rs);
      }
    }
  }

  Context& ctx_;
  const char* operation_;
  GemmKernel<T> kernel_;
  T alpha_, beta_;
  MatrixView<const T> a_, b_;
  MatrixView<T> out_;
  Wanted elements_;
  bool in_place_;  ///< the sums themselves are wanted, in columns: they are kept in the output
  bool alone_ = false, onto_ = false;
  T *packed_a_ = nullptr, *packed_b_ = nullptr, *acc_ = nullptr;
};

}  // namespace isonomy::cpu
