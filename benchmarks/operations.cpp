// Times every operation of Backend<Cpu> on one thread beside the plain way to do the same: Eigen, the standard library,
// or the library's generic form. Rows come in pairs, <operation>/own and <operation>/plain.
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/compiled/residue.hpp"
#include "isonomy/interop/eigen.hpp"
#include "isonomy/isonomy.hpp"

namespace {

using namespace isonomy;

/// Backend<Cpu>, or the same without the operation, which then runs in its generic form.
template <bool own, class Op>
using Host = Context<std::conditional_t<own, Cpu, Without<Cpu, Op>>>;

/// The same numbers every time, between 0 and 1.
std::vector<double> numbers(index_t n) {
  std::vector<double> out;
  for (index_t i = 0; i < n; ++i) out.push_back(random_unit(7, static_cast<std::uint64_t>(i)));
  return out;
}

cpu::ContextOptions one_thread() { return {.threads = 1}; }

constexpr index_t order = 512, elements = 1 << 20, segment = 1024;

template <bool own>
void gemm_of(benchmark::State& state) {
  const auto a = numbers(order * order), b = numbers(order * order);
  std::vector<double> c(a.size());
  const MatrixView<const double> A(a.data(), order, order, 1, order), B(b.data(), order, order, 1, order);
  const MatrixView<double> C(c.data(), order, order, 1, order);
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      gemm(ctx, 1.0, A, B, 0.0, C);
    else
      eigen::map(C).noalias() = eigen::map(A) * eigen::map(B);
    benchmark::DoNotOptimize(c.data());
  }
  state.counters["flops"] =
      benchmark::Counter(2.0 * order * order * order, benchmark::Counter::kIsIterationInvariantRate);
}

template <bool own>
void syrk_of(benchmark::State& state) {
  const auto a = numbers(order * order);
  std::vector<double> c(a.size());
  const MatrixView<const double> A(a.data(), order, order, 1, order);
  const MatrixView<double> C(c.data(), order, order, 1, order);
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      syrk(ctx, 1.0, A, 0.0, C);
    else
      eigen::map(C).noalias() = eigen::map(A).transpose() * eigen::map(A);
    benchmark::DoNotOptimize(c.data());
  }
}

template <bool own>
void cholesky_of(benchmark::State& state) {
  constexpr index_t d = 20, batches = 1000;
  std::vector<double> source(static_cast<std::size_t>(d * d * batches), 0.5), a;
  for (index_t k = 0; k < batches; ++k)
    for (index_t i = 0; i < d; ++i)
      source[static_cast<std::size_t>(k * d * d + i * d + i)] = 2 + 1e-3 * static_cast<double>(k);
  std::vector<index_t> info(static_cast<std::size_t>(batches));
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    a = source;
    if constexpr (own) {
      cholesky_batched(ctx, BatchView<double>(a.data(), batches, d, d, d * d, 1, d),
                       VectorView<index_t>(info.data(), batches));
    } else {
      for (index_t k = 0; k < batches; ++k) {
        const eigen::Matrix<double> matrix = Eigen::Map<eigen::Matrix<double>>(a.data() + k * d * d, d, d);
        Eigen::Map<eigen::Matrix<double>>(a.data() + k * d * d, d, d) = matrix.llt().matrixL();
      }
    }
    benchmark::DoNotOptimize(a.data());
  }
}

/// Symmetric, by columns.
std::vector<double> symmetric_numbers() {
  std::vector<double> a = numbers(order * order);
  for (index_t i = 0; i < order; ++i)
    for (index_t j = 0; j < i; ++j)
      a[static_cast<std::size_t>(i * order + j)] = a[static_cast<std::size_t>(j * order + i)];
  return a;
}

template <bool own>
void cholesky_of_one(benchmark::State& state) {
  std::vector<double> source = numbers(order * order), a;
  for (index_t i = 0; i < order; ++i) source[static_cast<std::size_t>(i * order + i)] = order;
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    a = source;
    if constexpr (own) {
      cholesky(ctx, column_major(a.data(), order, order));
    } else {
      Eigen::Map<eigen::Matrix<double>> matrix(a.data(), order, order);
      const Eigen::LLT<Eigen::Ref<eigen::Matrix<double>>> in_place(matrix);
    }
    benchmark::DoNotOptimize(a.data());
  }
  state.counters["flops"] =
      benchmark::Counter(1.0 / 3 * order * order * order, benchmark::Counter::kIsIterationInvariantRate);
}

/// As many right-hand sides as noise levels of a denoising.
template <bool own>
void solve_triangular_of(benchmark::State& state) {
  constexpr index_t right = 100;
  std::vector<double> l = numbers(order * order), source = numbers(order * right), x;
  for (index_t i = 0; i < order; ++i) l[static_cast<std::size_t>(i * order + i)] = order;
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    x = source;
    if constexpr (own) {
      solve_triangular(ctx, column_major(std::as_const(l).data(), order, order), column_major(x.data(), order, right));
    } else {
      Eigen::Map<eigen::Matrix<double>> unknowns(x.data(), order, right);
      Eigen::Map<const eigen::Matrix<double>>(l.data(), order, order)
          .triangularView<Eigen::Lower>()
          .solveInPlace(unknowns);
    }
    benchmark::DoNotOptimize(x.data());
  }
  state.counters["flops"] =
      benchmark::Counter(1.0 * order * order * right, benchmark::Counter::kIsIterationInvariantRate);
}

/// The systems of a thousand small normals, with some points each.
template <bool own>
void solve_triangular_batched_of(benchmark::State& state) {
  constexpr index_t d = 20, points = 12, batches = 1000;
  std::vector<double> l = numbers(d * d * batches), source = numbers(d * points * batches), x;
  for (index_t k = 0; k < batches; ++k)
    for (index_t i = 0; i < d; ++i) l[static_cast<std::size_t>(k * d * d + i * d + i)] += d;
  std::vector<index_t> info(static_cast<std::size_t>(batches));
  Host<own, op::solve_triangular_batched> ctx(one_thread());
  for (auto _ : state) {
    x = source;
    solve_triangular_batched(ctx, BatchView<const double>(l.data(), batches, d, d, d * d, 1, d),
                             BatchView<double>(x.data(), batches, d, points, d * points, 1, d), view(info));
    benchmark::DoNotOptimize(x.data());
  }
}

template <bool own>
void log_diagonal_sum_of(benchmark::State& state) {
  constexpr index_t d = 20, batches = 1000;
  std::vector<double> l = numbers(d * d * batches), sums(static_cast<std::size_t>(batches));
  for (double& x : l) x += 0.5;
  const std::vector<index_t> info(sums.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      log_diagonal_sum_batched(ctx, BatchView<const double>(l.data(), batches, d, d, d * d, 1, d), view(info),
                               view(sums));
    else
      for (index_t k = 0; k < batches; ++k)
        sums[static_cast<std::size_t>(k)] =
            Eigen::Map<const eigen::Matrix<double>>(l.data() + k * d * d, d, d).diagonal().array().log().sum();
    benchmark::DoNotOptimize(sums.data());
  }
}

template <bool own>
void eigh_of(benchmark::State& state) {
  const std::vector<double> a = symmetric_numbers();
  std::vector<double> w(static_cast<std::size_t>(order)), v(a.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own) {
      eigh(ctx, column_major(a.data(), order, order), view(w), column_major(v.data(), order, order));
    } else {
      const Eigen::SelfAdjointEigenSolver<eigen::Matrix<double>> solver(
          Eigen::Map<const eigen::Matrix<double>>(a.data(), order, order));
      Eigen::Map<eigen::Matrix<double>>(v.data(), order, order) = solver.eigenvectors();
    }
    benchmark::DoNotOptimize(v.data());
  }
}

/// The eigenvalues below 0, about half of them.
template <bool own>
void eigh_subset_of(benchmark::State& state) {
  const std::vector<double> a = symmetric_numbers();
  std::vector<double> w(static_cast<std::size_t>(order)), v(a.size());
  Host<own, op::eigh_subset> ctx(one_thread());
  for (auto _ : state) {
    eigh_subset(ctx, column_major(a.data(), order, order), Spectrum::negative(), view(w),
                column_major(v.data(), order, order));
    benchmark::DoNotOptimize(v.data());
  }
}

template <bool own>
void eigh_batched_of(benchmark::State& state) {
  constexpr index_t d = 20, batches = 1000;
  const std::vector<double> a = numbers(d * d * batches);
  std::vector<double> w(static_cast<std::size_t>(d * batches)), v(a.size());
  std::vector<index_t> info(static_cast<std::size_t>(batches));
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      eigh_batched(ctx, BatchView<const double>(a.data(), batches, d, d, d * d, 1, d), row_major(w.data(), batches, d),
                   BatchView<double>(v.data(), batches, d, d, d * d, 1, d), view(info));
    else
      for (index_t s = 0; s < batches; ++s) {
        const Eigen::SelfAdjointEigenSolver<eigen::Matrix<double>> solver(
            Eigen::Map<const eigen::Matrix<double>>(a.data() + s * d * d, d, d));
        Eigen::Map<eigen::Matrix<double>>(v.data() + s * d * d, d, d) = solver.eigenvectors();
      }
    benchmark::DoNotOptimize(v.data());
  }
}

template <bool own>
void tridiagonalise_of(benchmark::State& state) {
  const std::vector<double> a = symmetric_numbers();
  std::vector<double> d(static_cast<std::size_t>(order)), e(d.size() - 1), taus(e), v(a.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own) {
      tridiagonalise(ctx, column_major(a.data(), order, order), view(d), view(e), column_major(v.data(), order, order),
                     view(taus));
    } else {
      const Eigen::Tridiagonalization<eigen::Matrix<double>> form(
          Eigen::Map<const eigen::Matrix<double>>(a.data(), order, order));
      Eigen::Map<eigen::Matrix<double>>(v.data(), order, order) = form.packedMatrix();
    }
    benchmark::DoNotOptimize(v.data());
  }
}

template <bool own>
void qr_of(benchmark::State& state) {
  const std::vector<double> a = numbers(order * order);
  std::vector<double> q(a.size()), r(a.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own) {
      qr(ctx, column_major(a.data(), order, order), column_major(q.data(), order, order),
         column_major(r.data(), order, order));
    } else {
      const Eigen::HouseholderQR<eigen::Matrix<double>> factors(
          Eigen::Map<const eigen::Matrix<double>>(a.data(), order, order));
      Eigen::Map<eigen::Matrix<double>>(q.data(), order, order) = factors.householderQ();
      Eigen::Map<eigen::Matrix<double>>(r.data(), order, order) = factors.matrixQR().triangularView<Eigen::Upper>();
    }
    benchmark::DoNotOptimize(q.data());
    benchmark::DoNotOptimize(r.data());
  }
}

template <bool own>
void svd_of(benchmark::State& state) {
  const std::vector<double> a = numbers(order * order);
  std::vector<double> u(a.size()), s(static_cast<std::size_t>(order)), v(a.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own) {
      svd(ctx, column_major(a.data(), order, order), column_major(u.data(), order, order), view(s),
          column_major(v.data(), order, order));
    } else {
      const Eigen::BDCSVD<eigen::Matrix<double>> values(Eigen::Map<const eigen::Matrix<double>>(a.data(), order, order),
                                                        Eigen::ComputeThinU | Eigen::ComputeThinV);
      Eigen::Map<eigen::Matrix<double>>(u.data(), order, order) = values.matrixU();
      Eigen::Map<eigen::Matrix<double>>(v.data(), order, order) = values.matrixV();
    }
    benchmark::DoNotOptimize(u.data());
    benchmark::DoNotOptimize(v.data());
  }
}

/// The Q of a tridiagonal form made a matrix.
template <bool own>
void apply_reflectors_of(benchmark::State& state) {
  const std::vector<double> a = symmetric_numbers();
  std::vector<double> d(static_cast<std::size_t>(order)), e(d.size() - 1), taus(e), v(a.size()), q(a.size());
  Context<Cpu> ctx(one_thread());
  tridiagonalise(ctx, column_major(a.data(), order, order), view(d), view(e), column_major(v.data(), order, order),
                 view(taus));
  const Eigen::Tridiagonalization<eigen::Matrix<double>> form(
      Eigen::Map<const eigen::Matrix<double>>(a.data(), order, order));
  for (auto _ : state) {
    if constexpr (own) {
      std::fill(q.begin(), q.end(), 0.0);
      for (index_t i = 0; i < order; ++i) q[static_cast<std::size_t>(i * order + i)] = 1;
      apply_reflectors(ctx, column_major(v.data(), order, order), view(taus), false,
                       column_major(q.data(), order, order));
    } else {
      Eigen::Map<eigen::Matrix<double>>(q.data(), order, order) = form.matrixQ();
    }
    benchmark::DoNotOptimize(q.data());
  }
}

template <bool own>
void transform_of(benchmark::State& state) {
  const auto x = numbers(elements);
  std::vector<double> out(x.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      transform(ctx, Square{}, VectorView<double>(out.data(), elements), VectorView<const double>(x.data(), elements));
    else
      std::transform(x.begin(), x.end(), out.begin(), Square{});
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * elements * 16);
}

template <bool own>
void transform_reduce_of(benchmark::State& state) {
  const auto x = numbers(elements);
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    double sum = 0;
    if constexpr (own)
      sum = transform_reduce(ctx, VectorView<const double>(x.data(), elements), 0.0, Plus{}, Square{});
    else
      sum = std::transform_reduce(x.begin(), x.end(), 0.0, Plus{}, Square{});
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(state.iterations() * elements * 8);
}

std::vector<index_t> borders() {
  std::vector<index_t> out;
  for (index_t b = 0; b <= elements; b += segment) out.push_back(b);
  return out;
}

template <bool own>
void segmented_reduce_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const auto offsets = borders();
  std::vector<double> out(offsets.size() - 1);
  const auto segments = static_cast<index_t>(out.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      segmented_reduce(ctx, VectorView<const double>(x.data(), elements),
                       VectorView<const index_t>(offsets.data(), segments + 1),
                       VectorView<double>(out.data(), segments), 0.0, Plus{}, Square{});
    else
      for (std::size_t s = 0; s < out.size(); ++s)
        out[s] = std::transform_reduce(x.begin() + offsets[s], x.begin() + offsets[s + 1], 0.0, Plus{}, Square{});
    benchmark::DoNotOptimize(out.data());
  }
}

/// Any order of the elements.
std::vector<index_t> shuffled(index_t n) {
  std::vector<index_t> out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), index_t{0});
  for (std::uint64_t i = out.size() - 1; i > 0; --i) std::swap(out[i], out[random_bits(1, i) % (i + 1)]);
  return out;
}
template <bool own>
void gather_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const auto index = shuffled(elements);
  std::vector<double> out(x.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      gather(ctx, view(x), view(index), view(out));
    else
      for (std::size_t i = 0; i < x.size(); ++i) out[i] = x[static_cast<std::size_t>(index[i])];
    benchmark::DoNotOptimize(out.data());
  }
}
template <bool own>
void scatter_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const auto index = shuffled(elements);
  std::vector<double> out(x.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      scatter(ctx, view(x), view(index), view(out));
    else
      for (std::size_t i = 0; i < x.size(); ++i) out[static_cast<std::size_t>(index[i])] = x[i];
    benchmark::DoNotOptimize(out.data());
  }
}
template <bool own>
void inclusive_scan_of(benchmark::State& state) {
  const auto x = numbers(elements);
  std::vector<double> out(x.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      inclusive_scan(ctx, view(x), view(out), Plus{});
    else
      std::partial_sum(x.begin(), x.end(), out.begin());
    benchmark::DoNotOptimize(out.data());
  }
}
/// Many small products in one call, and in a call each.
template <bool own>
void gemm_batched_of(benchmark::State& state) {
  constexpr index_t n = 16, batches = 4096;
  const auto x = numbers(n * n * batches), y = numbers(n * n * batches);
  std::vector<double> out(x.size());
  const BatchView<const double> a(x.data(), batches, n, n, n * n, 1, n), b(y.data(), batches, n, n, n * n, 1, n);
  const BatchView<double> c(out.data(), batches, n, n, n * n, 1, n);
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      gemm_batched(ctx, 1.0, a, b, 0.0, c);
    else
      for (index_t s = 0; s < batches; ++s) gemm(ctx, 1.0, a[s], b[s], 0.0, c[s]);
    benchmark::DoNotOptimize(out.data());
  }
}
/// Rows of a matrix in columns: neighbours in memory belong to different sums.
template <bool own>
void reduce_rows_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const auto a = column_major(x.data(), elements / segment, index_t{segment});
  std::vector<double> out(static_cast<std::size_t>(a.rows));
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own)
      reduce_rows(ctx, a, view(out), 0.0, Plus{}, Square{});
    else
      for (index_t i = 0; i < a.rows; ++i) {
        double sum = 0;
        for (index_t j = 0; j < a.columns; ++j) sum += a(i, j) * a(i, j);
        out[static_cast<std::size_t>(i)] = sum;
      }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * elements * 8);
}
template <bool own>
void sort_of(benchmark::State& state) {
  const auto source = numbers(elements);
  std::vector<double> keys;
  std::vector<index_t> values(source.size());
  std::vector<std::pair<double, index_t>> pairs(source.size());
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    keys = source;
    std::iota(values.begin(), values.end(), index_t{0});
    if constexpr (own) {
      stable_sort_by_key(ctx, VectorView<double>(keys.data(), elements), VectorView<index_t>(values.data(), elements));
    } else {
      for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {keys[i], values[i]};
      std::stable_sort(pairs.begin(), pairs.end(), [](const auto& p, const auto& q) { return p.first < q.first; });
    }
    benchmark::DoNotOptimize(keys.data());
    benchmark::DoNotOptimize(pairs.data());
  }
}

template <bool own>
void rank_average_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const auto offsets = borders();
  std::vector<double> ranks(x.size());
  Host<own, op::rank_average> ctx(one_thread());
  for (auto _ : state) {
    rank_average(ctx, VectorView<const double>(x.data(), elements),
                 VectorView<const index_t>(offsets.data(), static_cast<index_t>(offsets.size())),
                 VectorView<double>(ranks.data(), elements));
    benchmark::DoNotOptimize(ranks.data());
  }
}

template <bool own>
void select_k_of(benchmark::State& state) {
  constexpr index_t k = 20, rows = elements / segment;
  const auto x = numbers(elements);
  std::vector<double> values(static_cast<std::size_t>(rows * k));
  std::vector<index_t> indices(values.size()), all(static_cast<std::size_t>(segment));
  Context<Cpu> ctx(one_thread());
  for (auto _ : state) {
    if constexpr (own) {
      select_k(ctx, MatrixView<const double>(x.data(), rows, segment, segment, 1),
               MatrixView<double>(values.data(), rows, k, k, 1), MatrixView<index_t>(indices.data(), rows, k, k, 1));
    } else {
      for (index_t row = 0; row < rows; ++row) {
        const double* v = x.data() + row * segment;
        std::iota(all.begin(), all.end(), index_t{0});
        std::partial_sort(all.begin(), all.begin() + k, all.end(), [v](index_t i, index_t j) { return v[i] < v[j]; });
        for (index_t i = 0; i < k; ++i) {
          indices[static_cast<std::size_t>(row * k + i)] = all[static_cast<std::size_t>(i)];
          values[static_cast<std::size_t>(row * k + i)] = v[all[static_cast<std::size_t>(i)]];
        }
      }
    }
    benchmark::DoNotOptimize(values.data());
    benchmark::DoNotOptimize(indices.data());
  }
}

/// A twentieth of the numbers, and what lies close by.
template <bool own>
void select_candidates_of(benchmark::State& state) {
  const auto x = numbers(elements);
  std::vector<index_t> places(x.size());
  std::vector<double> values(x.size());
  Host<own, op::select_candidates> ctx(one_thread());
  for (auto _ : state)
    benchmark::DoNotOptimize(select_candidates(ctx, VectorView<const double>(x.data(), elements), elements / 20, 1e-9,
                                               VectorView<index_t>(places.data(), elements),
                                               VectorView<double>(values.data(), elements)));
  state.SetItemsProcessed(state.iterations() * elements);
}

/// 10,000 rows of 20 residues, half of them of the test group, as packed sequences lie.
struct Residues {
  static constexpr index_t rows = 10000, positions = 20, stride = rows + 64;
  std::vector<std::uint8_t> codes;

  Residues() {
    for (const double x : numbers(positions * stride)) codes.push_back(static_cast<std::uint8_t>(20 * x));
  }
};

template <bool own>
void joint_counts_of(benchmark::State& state) {
  const Residues residues;
  std::vector<PositionPair> pairs;
  for (int i = 0; i < Residues::positions; ++i)
    for (int j = 0; j <= i; ++j) pairs.push_back({j, i});
  constexpr index_t width = residue_pairs(21);
  const auto n = static_cast<index_t>(pairs.size());
  std::vector<std::uint32_t> out(pairs.size() * static_cast<std::size_t>(width));
  Host<own, op::joint_residue_counts> ctx(one_thread());
  for (auto _ : state) {
    joint_residue_counts(
        ctx,
        MatrixView<const std::uint8_t>(residues.codes.data(), Residues::positions, Residues::rows, Residues::stride, 1),
        VectorView<const PositionPair>(pairs.data(), n), MatrixView<std::uint32_t>(out.data(), n, width, width, 1));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * n * Residues::rows);
}

/// All bundled scales over every segment of a third of the residues or less.
template <bool own>
void rank_sums_of(benchmark::State& state) {
  const Residues residues;
  const profiling::ScaleTable table = profiling::aaontology();
  Context<Cpu> host(one_thread());
  const profiling::PackedScales<Cpu> scales(host, table);
  std::vector<std::vector<std::uint16_t>> segments;
  for (const int parts : {3, 5, 10})
    for (int i = 0; i < parts; ++i) {
      segments.emplace_back();
      for (int p = 20 * i / parts; p < 20 * (i + 1) / parts; ++p)
        segments.back().push_back(static_cast<std::uint16_t>(p));
    }
  std::vector<ResidueBlock> blocks;
  std::vector<RankGroup> groups;
  std::vector<std::uint32_t> wanted;
  for (const auto& s : segments) {
    groups.push_back({static_cast<index_t>(blocks.size()), 1, static_cast<index_t>(wanted.size()), table.size()});
    const auto slots = static_cast<std::int32_t>(s.size());
    blocks.push_back(
        {{residues.codes.data(), Residues::stride, Residues::rows, Residues::rows / 2}, {s.data(), slots, slots}});
    for (index_t d = 0; d < table.size(); ++d) wanted.push_back(static_cast<std::uint32_t>(d));
  }
  std::vector<std::uint64_t> twice_u(wanted.size());
  const RankProblem<HostSpace> problem{
      blocks, groups, wanted, scales.views(), scales.numerators(), scales.denominators(), 20};
  Host<own, op::residue_rank_sums> ctx(one_thread());
  for (auto _ : state) {
    residue_rank_sums<exact>(ctx, problem, std::span(twice_u));
    benchmark::DoNotOptimize(twice_u.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(wanted.size()) * Residues::rows);
}

/// All bundled scales over two segments, as one feature after the other.
template <bool own>
void row_statistics_of(benchmark::State& state) {
  const Residues residues;
  const profiling::ScaleTable table = profiling::aaontology();
  Context<Cpu> host(one_thread());
  const profiling::PackedScales<Cpu> scales(host, table);
  std::vector<std::uint16_t> positions(static_cast<std::size_t>(Residues::positions));
  std::iota(positions.begin(), positions.end(), std::uint16_t{0});
  const std::vector<ResidueSlots> slots{{positions.data(), 4, 4}, {positions.data() + 8, 10, 10}};
  const ResidueRows group{residues.codes.data(), Residues::stride, Residues::rows, Residues::rows / 2};
  std::vector<RowPlace> places;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(Residues::rows); ++i) places.push_back({0, i});
  std::vector<FeatureRequest> requests;
  for (const std::int64_t slot : {0, 1})
    for (index_t d = 0; d < table.size(); ++d) requests.push_back({slot, d});
  const auto n = static_cast<index_t>(requests.size());
  std::vector<double> out(static_cast<std::size_t>(3 * n));
  const FeatureProblem<HostSpace> problem{.groups = &group,
                                          .places = places.data(),
                                          .slots = slots.data(),
                                          .requests = requests.data(),
                                          .scales = scales.views(),
                                          .host_groups = &group,
                                          .group_count = 1,
                                          .rows = group.rows,
                                          .test_rows = group.test_rows,
                                          .features = n};
  Host<own, op::row_statistics> ctx(one_thread());
  for (auto _ : state) {
    row_statistics<exact>(ctx, problem, RowValues::rounded, row_major(out.data(), n, 3));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * n * Residues::rows);
}

/// Likelihood and gradient of two normal densities around one mean; plain: one lane at a time.
template <bool own>
void mixture_sums_of(benchmark::State& state) {
  const auto x = numbers(elements);
  const SharedMeanPair term{0.5, 1.5, -20, 0, -1.5, 0.4, -3};
  Host<own, op::mixture_sums> ctx(one_thread());
  for (auto _ : state) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
    mixture_sums(ctx, term, MixtureOrder::gradient, view(x), view(sums));
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(state.iterations() * elements);
}

/// The same where every point has a weight, the two densities taken as free components.
template <bool own>
void weighted_mixture_sums_of(benchmark::State& state) {
  const auto x = numbers(elements), parameters = std::vector<double>{1.5, 0.4, 0.5, 0.5, -20, -3};
  const double* const p = parameters.data();
  const Weighted<NormalComponents> term{{p, p + 2, p + 4, 2}};
  Host<own, op::weighted_mixture_sums> ctx(one_thread());
  for (auto _ : state) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
    weighted_mixture_sums(ctx, term, MixtureOrder::gradient, view(x), view(x), view(sums));
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(state.iterations() * elements);
}

/// Likelihood and moments of eight normal densities in eight dimensions, over rows with weights or without.
template <class Op, bool own>
void density_sums_of(benchmark::State& state) {
  constexpr int d = 8, k = 8;
  const auto x = numbers(elements), parameters = numbers(k + k * d + k * d * (d + 1) / 2);
  const MultivariateNormals term{parameters.data(), parameters.data() + k, parameters.data() + k + k * d, k, d,
                                 Covariance::full};
  const auto rows = row_major(x.data(), elements / d, index_t{d});
  Host<own, Op> ctx(one_thread());
  for (auto _ : state) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
    if constexpr (std::is_same_v<Op, op::weighted_multivariate_mixture_sums>)
      weighted_multivariate_mixture_sums(ctx, term, MixtureOrder::gradient, rows, view(x).subview(0, elements / d),
                                         view(sums));
    else
      multivariate_mixture_sums(ctx, term, MixtureOrder::gradient, rows, view(sums));
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(state.iterations() * elements / d);
}

/// Counts and moments of the rows nearest to each of eight centres in eight dimensions.
template <bool own>
void nearest_sums_of(benchmark::State& state) {
  constexpr int d = 8, k = 8;
  const auto x = numbers(elements), centres = numbers(k * d);
  const NearestCentres term{centres.data(), k, d};
  const auto rows = row_major(x.data(), elements / d, index_t{d});
  Host<own, op::nearest_sums> ctx(one_thread());
  for (auto _ : state) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs()));
    nearest_sums(ctx, term, rows, {}, view(sums));
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(state.iterations() * elements / d);
}

void add(const char* name, void (*own)(benchmark::State&), void (*plain)(benchmark::State&)) {
  benchmark::RegisterBenchmark((std::string(name) + "/own").c_str(), own)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark((std::string(name) + "/plain").c_str(), plain)->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  add("gemm", gemm_of<true>, gemm_of<false>);
  add("syrk", syrk_of<true>, syrk_of<false>);
  add("cholesky_batched", cholesky_of<true>, cholesky_of<false>);
  add("cholesky", cholesky_of_one<true>, cholesky_of_one<false>);
  add("solve_triangular", solve_triangular_of<true>, solve_triangular_of<false>);
  add("solve_triangular_batched", solve_triangular_batched_of<true>, solve_triangular_batched_of<false>);
  add("log_diagonal_sum_batched", log_diagonal_sum_of<true>, log_diagonal_sum_of<false>);
  add("eigh", eigh_of<true>, eigh_of<false>);
  add("eigh_subset", eigh_subset_of<true>, eigh_subset_of<false>);
  add("eigh_batched", eigh_batched_of<true>, eigh_batched_of<false>);
  add("tridiagonalise", tridiagonalise_of<true>, tridiagonalise_of<false>);
  add("apply_reflectors", apply_reflectors_of<true>, apply_reflectors_of<false>);
  add("qr", qr_of<true>, qr_of<false>);
  add("svd", svd_of<true>, svd_of<false>);
  add("transform", transform_of<true>, transform_of<false>);
  add("transform_reduce", transform_reduce_of<true>, transform_reduce_of<false>);
  add("segmented_reduce", segmented_reduce_of<true>, segmented_reduce_of<false>);
  add("gather", gather_of<true>, gather_of<false>);
  add("scatter", scatter_of<true>, scatter_of<false>);
  add("inclusive_scan", inclusive_scan_of<true>, inclusive_scan_of<false>);
  add("gemm_batched", gemm_batched_of<true>, gemm_batched_of<false>);
  add("reduce_rows", reduce_rows_of<true>, reduce_rows_of<false>);
  add("stable_sort_by_key", sort_of<true>, sort_of<false>);
  add("rank_average", rank_average_of<true>, rank_average_of<false>);
  add("select_k", select_k_of<true>, select_k_of<false>);
  add("select_candidates", select_candidates_of<true>, select_candidates_of<false>);
  add("joint_residue_counts", joint_counts_of<true>, joint_counts_of<false>);
  add("residue_rank_sums", rank_sums_of<true>, rank_sums_of<false>);
  add("row_statistics", row_statistics_of<true>, row_statistics_of<false>);
  add("mixture_sums", mixture_sums_of<true>, mixture_sums_of<false>);
  add("weighted_mixture_sums", weighted_mixture_sums_of<true>, weighted_mixture_sums_of<false>);
  add("multivariate_mixture_sums", density_sums_of<op::multivariate_mixture_sums, true>,
      density_sums_of<op::multivariate_mixture_sums, false>);
  add("weighted_multivariate_mixture_sums", density_sums_of<op::weighted_multivariate_mixture_sums, true>,
      density_sums_of<op::weighted_multivariate_mixture_sums, false>);
  add("nearest_sums", nearest_sums_of<true>, nearest_sums_of<false>);
  benchmark::AddCustomContext("commit", ISONOMY_BENCH_COMMIT);
  benchmark::AddCustomContext("flags", ISONOMY_BENCH_FLAGS);
  benchmark::AddCustomContext("compiler", ISONOMY_BENCH_COMPILER);
  benchmark::AddCustomContext("instruction_set", isonomy::cpu::name(isonomy::cpu::best_instruction_set()));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
