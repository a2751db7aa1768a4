// Deliberately wrong backends, one defect each: what the conformance kit must catch, and an honest one that it must
// pass.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/sort/rank_average.hpp"

namespace test {

namespace defect {
struct None {};
struct GemmDropsLastStep {};
struct GemmReadsOldOutput {};  // beta == 0 must not read it
struct SyrkWritesOneTriangle {};
struct CholeskyPivotFromZero {};
struct CholeskyZeroesUpper {};
struct CopyIgnoresStride {};
struct FillSkipsLast {};
struct IotaFromZero {};
struct ForEachSkipsLast {};
struct TransformShiftsByOne {};
struct ReduceSkipsLastChunk {};
struct SegmentedSkipsEmpty {};
struct SortUnstable {};
struct SortNanFirst {};
struct RankMinimum {};
struct SelectSwapsNeighbours {};
struct SelectFlipsTie {};
struct CountsOrderedPairs {};
struct RanksLoseHalf {};
struct MixtureLosesLastPoint {};
struct MixtureRoundsDifferently {};
struct WeightsIgnored {};
struct WeightsLostInTail {};
struct WeightsNotSquared {};
struct DensitySwapsMoments {};
struct ThreadsChangeBits {};
}  // namespace defect

template <class D>
struct Broken {};

/// cpu::Context with another tag, so that front doors dispatch to Backend<Broken<D>>.
template <class D>
struct BrokenContext : isonomy::cpu::Context {
  using tag = Broken<D>;
  using isonomy::cpu::Context::Context;
};

}  // namespace test

namespace isonomy {

template <class D>
struct Backend<test::Broken<D>> : Backend<Cpu> {
  using Cpu_ = Backend<Cpu>;
  using tag = test::Broken<D>;
  using context = test::BrokenContext<D>;
  template <class Defect>
  static constexpr bool has = std::same_as<D, Defect>;

  static constexpr const char* name() { return "Broken"; }

  template <Real T>
  static void gemm(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                   MatrixView<T> out) {
    if constexpr (has<test::defect::GemmDropsLastStep>) {
      const index_t k = std::max<index_t>(0, a.columns - 1);
      a = a.column_block(0, k);
      b = b.row_block(0, k);
    }
    if constexpr (has<test::defect::GemmReadsOldOutput>) {
      if (beta == 0)
        for (index_t i = 0; i < out.rows; ++i)
          for (index_t j = 0; j < out.columns; ++j) out(i, j) *= beta;
      Cpu_::gemm(ctx, alpha, a, b, T{1}, out);
    } else {
      Cpu_::gemm(ctx, alpha, a, b, beta, out);
    }
    if constexpr (has<test::defect::ThreadsChangeBits>)
      if (ctx.threads() == 3 && out.rows > 0 && out.columns > 0) out(0, 0) = std::nextafter(out(0, 0), T{0});
  }

  template <Real T>
  static void syrk(cpu::Context& ctx, T alpha, MatrixView<const T> a, T beta, MatrixView<T> out) {
    if constexpr (has<test::defect::SyrkWritesOneTriangle>) {
      const std::vector<T> old = upper(out);
      Cpu_::syrk(ctx, alpha, a, beta, out);
      set_upper(out, old);
    } else {
      Cpu_::syrk(ctx, alpha, a, beta, out);
    }
  }

  template <Real T>
  static void cholesky_batched(cpu::Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    Cpu_::cholesky_batched(ctx, a, info);
    for (index_t b = 0; b < a.batches; ++b) {
      if (has<test::defect::CholeskyPivotFromZero> && info(b) > 0) --info(b);
      if (has<test::defect::CholeskyZeroesUpper>)
        set_upper(a[b], std::vector<T>(static_cast<std::size_t>(a.rows * a.rows)));
    }
  }

  template <class T>
  static void copy(cpu::Context& ctx, VectorView<const T> source, VectorView<T> out) {
    if (has<test::defect::CopyIgnoresStride>) source.stride = 1;
    Cpu_::copy(ctx, source, out);
  }
  template <class T>
  static void copy(cpu::Context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    Cpu_::copy(ctx, source, out);
  }
  template <class T>
  static void fill(cpu::Context& ctx, VectorView<T> out, T value) {
    if (has<test::defect::FillSkipsLast> && out.size > 0) --out.size;
    Cpu_::fill(ctx, out, value);
  }
  template <class T>
  static void iota(cpu::Context& ctx, VectorView<T> out, T first) {
    Cpu_::iota(ctx, out, has<test::defect::IotaFromZero> ? T{0} : first);
  }
  template <class F>
  static void for_each(cpu::Context& ctx, index_t n, const F& f) {
    Cpu_::for_each(ctx, has<test::defect::ForEachSkipsLast> && n > 0 ? n - 1 : n, f);
  }

  template <class F, class T, class... In>
  static void transform(cpu::Context& ctx, const F& f, VectorView<T> out, VectorView<const In>... in) {
    if (has<test::defect::TransformShiftsByOne> && out.size > 1) {
      const index_t n = out.size - 1;
      Cpu_::transform(ctx, f, out.subview(1, n), in.subview(0, n)...);
    } else {
      Cpu_::transform(ctx, f, out, in...);
    }
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(cpu::Context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    if (has<test::defect::ReduceSkipsLastChunk> && x.size > reduction_chunk)
      x.size = (x.size - 1) / reduction_chunk * reduction_chunk;
    return Cpu_::transform_reduce(ctx, x, init, op, f);
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(cpu::Context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return Cpu_::transform_reduce(ctx, x, init, op, f);
  }
  template <class T, class R, class Op, class F>
  static void segmented_reduce(cpu::Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                               VectorView<R> out, R init, const Op& op, const F& f) {
    std::vector<R> old;
    for (index_t s = 0; s < out.size; ++s) old.push_back(out(s));
    Cpu_::segmented_reduce(ctx, x, offsets, out, init, op, f);
    if (has<test::defect::SegmentedSkipsEmpty>)
      for (index_t s = 0; s < out.size; ++s)
        if (offsets(s) == offsets(s + 1)) out(s) = old[static_cast<std::size_t>(s)];
  }

  template <class K, class V>
  static void stable_sort_by_key(cpu::Context& ctx, VectorView<K> keys, VectorView<V> values) {
    Cpu_::stable_sort_by_key(ctx, keys, values);
    disturb(keys, values, 0, keys.size);
  }
  template <class K, class V>
  static void stable_sort_by_key(cpu::Context& ctx, VectorView<K> keys, VectorView<V> values,
                                 VectorView<const index_t> offsets) {
    Cpu_::stable_sort_by_key(ctx, keys, values, offsets);
    for (index_t s = 0; s + 1 < offsets.size; ++s) disturb(keys, values, offsets(s), offsets(s + 1));
  }

  template <class T>
    requires(has<test::defect::RankMinimum>)
  static void rank_average(cpu::Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                           VectorView<double> out) {
    cpu::Context other{cpu::ContextOptions{.threads = 1}};
    isonomy::rank_average(other, x, offsets, out);
    for (index_t s = 0; s + 1 < offsets.size; ++s)
      for (index_t i = offsets(s); i < offsets(s + 1); ++i) {
        double equal = 0;
        for (index_t j = offsets(s); j < offsets(s + 1); ++j) equal += x(j) == x(i);
        out(i) -= (equal - 1) / 2;
      }
    static_cast<void>(ctx);
  }

  template <class T>
  static void select_k(cpu::Context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    Cpu_::select_k(ctx, x, values, indices);
    for (index_t i = 0; i < values.rows; ++i)
      for (index_t r = 0; r + 1 < values.columns; ++r) {
        const bool tie = values(i, r) == values(i, r + 1);
        if (has<test::defect::SelectFlipsTie> && tie) std::swap(indices(i, r), indices(i, r + 1));
        if (has<test::defect::SelectSwapsNeighbours> && r == 0) {
          std::swap(values(i, r), values(i, r + 1));
          std::swap(indices(i, r), indices(i, r + 1));
        }
      }
  }

  static void joint_residue_counts(cpu::Context& ctx, MatrixView<const std::uint8_t> codes,
                                   VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    Cpu_::joint_residue_counts(ctx, codes, pairs, out);
    if (has<test::defect::CountsOrderedPairs>)  // counts only the rows whose first residue is not the smaller
      for (index_t p = 0; p < pairs.size; ++p)
        for (index_t row = 0; row < codes.columns; ++row) {
          const auto a = codes(pairs(p).first, row), b = codes(pairs(p).second, row);
          if (a < b) --out(p, residue_pair(a, b));
        }
  }
  template <class Arithmetic>
  static void residue_rank_sums(cpu::Context& ctx, const RankProblem<HostSpace>& problem,
                                std::span<std::uint64_t> twice_u) {
    Cpu_::residue_rank_sums<Arithmetic>(ctx, problem, twice_u);
    if (has<test::defect::RanksLoseHalf>)
      for (std::uint64_t& u : twice_u) u = u / 2 * 2;
  }

  template <class Term, Real T>
  static void mixture_sums(cpu::Context& ctx, const Term& term, MixtureOrder order, VectorView<const T> x,
                           MatrixView<double> out) {
    if (has<test::defect::MixtureLosesLastPoint> && x.size % block_points > 1) --x.size;
    Cpu_::mixture_sums(ctx, term, order, x, out);
    if (has<test::defect::MixtureRoundsDifferently>) out(0, 0) = std::nextafter(out(0, 0), 1e9);
  }
  template <class Term, Real T>
  static void weighted_mixture_sums(cpu::Context& ctx, Weighted<Term> term, MixtureOrder order, VectorView<const T> x,
                                    VectorView<const T> weights, MatrixView<double> out) {
    std::vector<T> own;
    for (index_t i = 0; i < x.size; ++i)
      own.push_back(has<test::defect::WeightsIgnored> ||
                            (has<test::defect::WeightsLostInTail> && i >= x.size / block_lanes * block_lanes)
                        ? T{1}
                        : weights(i));
    if (has<test::defect::WeightsNotSquared>) term.squared = false;
    Cpu_::weighted_mixture_sums(ctx, term, order, x, view(std::as_const(own)), out);
  }
  template <Real T>
  static void multivariate_mixture_sums(cpu::Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                        MatrixView<const T> x, MatrixView<double> out) {
    Cpu_::multivariate_mixture_sums(ctx, term, order, x, out);
    if (has<test::defect::DensitySwapsMoments> && out.rows > 2) std::swap(out(out.rows - 1, 0), out(out.rows - 2, 0));
  }

 private:
  template <class T>
  static std::vector<T> upper(MatrixView<T> a) {
    std::vector<T> values(static_cast<std::size_t>(a.rows * a.rows));
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = i + 1; j < a.rows; ++j) values[static_cast<std::size_t>(i * a.rows + j)] = a(i, j);
    return values;
  }
  template <class T>
  static void set_upper(MatrixView<T> a, const std::vector<T>& values) {
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = i + 1; j < a.rows; ++j) a(i, j) = values[static_cast<std::size_t>(i * a.rows + j)];
  }
  template <class K, class V>
  static void disturb(VectorView<K> keys, VectorView<V> values, index_t first, index_t last) {
    if (has<test::defect::SortUnstable>)
      for (index_t i = first; i + 1 < last; ++i)
        if (keys(i) == keys(i + 1)) std::swap(values(i), values(i + 1));
    if (has<test::defect::SortNanFirst>) {
      index_t front = first;
      for (index_t i = first; i < last; ++i)
        if (keys(i) != keys(i)) {
          std::swap(keys(i), keys(front));
          std::swap(values(i), values(front++));
        }
    }
  }
};

}  // namespace isonomy
