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
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

template <Real T>
[[nodiscard]] GemmKernel<T> gemm_kernel(InstructionSet set) {
  const auto of = []<class K>(K) { return GemmKernel<T>{K::rows, K::columns, &K::accumulate, &K::finish}; };
#if defined(__x86_64__)
  return with_kernels<ScalarGemm<T>, Avx2Gemm<T>, Avx512Gemm<T>>(set, of);
#else
  return of(ScalarGemm<T>{});
#endif
}

/// Which elements of a square product are wanted. `lower_mirrored` computes the lower triangle and writes it to both.
enum class Triangle { all, lower_mirrored };

/// out = alpha*A*B + beta*out on packed copies of A and B, cut into blocks of at most block_k steps by block_rows and
/// block_columns elements of the output.
template <Real T>
class PackedProduct {
 public:
  PackedProduct(Context& ctx, const char* operation, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                MatrixView<T> out, Triangle triangle)
      : ctx_(ctx), operation_(operation), kernel_(gemm_kernel<T>(ctx.instruction_set())), alpha_(alpha), beta_(beta),
        a_(a), b_(b), out_(out), triangle_(triangle) {}

  void run() {
    const Room room(kernel_, out_.rows, out_.columns, a_.columns);
    const Memory::allocation memory = Memory::allocate(ctx_, room.bytes(), operation_);
    run(room, static_cast<T*>(memory.get()));
  }
  /// The same by the calling thread alone, on `memory` of workspace() bytes, 64-byte aligned; for a task of a loop.
  void run_alone(T* memory) {
    alone_ = true;
    run(Room(kernel_, out_.rows, out_.columns, a_.columns), memory);
  }

  /// The bytes that run() takes for an output of that size.
  [[nodiscard]] static std::size_t workspace(const Context& ctx, index_t rows, index_t columns, index_t steps) {
    return Room(gemm_kernel<T>(ctx.instruction_set()), rows, columns, steps).bytes();
  }

 private:
  /// A tile column of block_k steps of B (16 to 24 KiB) stays in the first-level cache, a task's rows of A in the
  /// second.
  static constexpr index_t block_k = 384, block_rows = 3840, block_columns = 3072;
  static constexpr index_t task_row_tiles = 10, task_columns = 192, largest_tile = index_t{48} * 8;
  static constexpr index_t alignment = 64;  // elements

  /// Elements of the packed A and B, and of sums that several blocks of steps are cut into; each aligned.
  struct Room {
    index_t a, b, sums;

    Room(const GemmKernel<T>& kernel, index_t rows, index_t columns, index_t steps) {
      const index_t m = round_up(std::min(rows, block_rows), kernel.rows);
      const index_t n = round_up(std::min(columns, block_columns), kernel.columns);
      const index_t k = std::min(steps, block_k);
      a = round_up(m * k, alignment);
      b = round_up(n * k, alignment);
      sums = steps > block_k ? round_up(m * n, alignment) : 0;
    }
    [[nodiscard]] std::size_t bytes() const { return sizeof(T) * static_cast<std::size_t>(a + b + sums); }
  };

  void run(const Room& room, T* memory) {
    packed_a_ = memory;
    packed_b_ = packed_a_ + room.a;
    acc_ = room.sums > 0 ? packed_b_ + room.b : nullptr;

    for (index_t j = 0; j < out_.columns; j += block_columns)
      for (index_t i = 0; i < out_.rows; i += block_rows) {
        const index_t m = std::min(block_rows, out_.rows - i), n = std::min(block_columns, out_.columns - j);
        if (!wanted(i + m - 1, j)) continue;
        // k == 0 still passes once: the sum is then 0 and out = alpha*0 + beta*out.
        for (index_t p = 0; p == 0 || p < a_.columns; p += block_k)
          block(i, j, m, n, p, std::min(block_k, a_.columns - p));
      }
  }

  template <class F>
  void loop(index_t n, index_t grain, const F& f) const {
    if (!alone_) return parallel_for(ctx_, n, grain, operation_, f);
    for (index_t i = 0; i < n; ++i) f(i);
  }

  /// Is anything on or left of the diagonal, for a region whose last row is `last_row` and first column `column`?
  bool wanted(index_t last_row, index_t column) const { return triangle_ == Triangle::all || last_row >= column; }

  /// Groups of `width` rows of x (the columns of a transposed view), one step after the other, short groups padded by
  /// 0.
  void pack(MatrixView<const T> x, index_t width, T* to) {
    const index_t k = x.columns;
    loop((x.rows + width - 1) / width, 8, [=](index_t group) {
      const index_t first = group * width, count = std::min(width, x.rows - first);
      const T* from = x.data + first * x.row_stride;
      T* o = to + first * k;
      for (index_t p = 0; p < k; ++p, o += width, from += x.column_stride) {
        if (x.row_stride == 1 && count == width)
          for (index_t i = 0; i < width; ++i) o[i] = from[i];
        else
          for (index_t i = 0; i < width; ++i) o[i] = i < count ? from[i * x.row_stride] : T{0};
      }
    });
  }

  /// Steps p .. p + k - 1 of the output rows i .. i + m - 1 and columns j .. j + n - 1.
  void block(index_t i, index_t j, index_t m, index_t n, index_t p, index_t k) {
    pack(a_.row_block(i, m).column_block(p, k), kernel_.rows, packed_a_);
    pack(transposed(b_.row_block(p, k).column_block(j, n)), kernel_.columns, packed_b_);
    const index_t task_rows = task_row_tiles * kernel_.rows;
    const index_t across = (n + task_columns - 1) / task_columns;
    const index_t tasks = (m + task_rows - 1) / task_rows * across;
    loop(tasks, 1, [=, this](index_t task) {
      const index_t top = task / across * task_rows, left = task % across * task_columns;
      const index_t bottom = std::min(m, top + task_rows), right = std::min(n, left + task_columns);
      alignas(64) T scratch[largest_tile];
      for (index_t c = left; c < right; c += kernel_.columns)
        for (index_t r = top; r < bottom; r += kernel_.rows) {
          const index_t tile_rows = std::min(kernel_.rows, m - r), tile_columns = std::min(kernel_.columns, n - c);
          if (!wanted(i + r + tile_rows - 1, j + c)) continue;
          T* acc = acc_ == nullptr ? scratch : acc_ + (c * round_up(m, kernel_.rows) + r * kernel_.columns);
          kernel_.accumulate(k, packed_a_ + r * k, packed_b_ + c * k, acc, p == 0);
          if (p + k == a_.columns) write(acc, i + r, j + c, tile_rows, tile_columns);
        }
    });
  }

  /// The finished sums of the tile whose first element is (i, j).
  void write(const T* acc, index_t i, index_t j, index_t m, index_t n) const {
    const index_t rs = out_.row_stride, cs = out_.column_stride;
    if (triangle_ == Triangle::all) {
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
  Triangle triangle_;
  bool alone_ = false;
  T *packed_a_ = nullptr, *packed_b_ = nullptr, *acc_ = nullptr;
};

}  // namespace isonomy::cpu
