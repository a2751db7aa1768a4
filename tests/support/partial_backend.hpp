// Backends with a few operations on the host's memory, which decline calls by their shape, cannot be used, or fail.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "isonomy/backend/accept.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/sort/select_k.hpp"

namespace isonomy::test {

/// Products of up to four rows, every element of which is 7.
struct Sevens {};
/// Has gemm alone, and no device to run it on.
struct Absent {};
/// Its gemm begins and fails.
struct Failing {};

struct HostPart {
  using space = HostSpace;
  using context = cpu::Context;
  static bool available() noexcept { return true; }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Sevens> : isonomy::test::HostPart {
  using tag = test::Sevens;
  static constexpr const char* name() { return "Sevens"; }

  static Acceptance accepts(op::gemm, const CallShape& shape) {
    if (shape[2][0] <= 4) return true;
    return decline(text::joined(shape[2][0], " rows; it takes up to 4"));
  }
  static Acceptance accepts(op::syrk, const CallShape& shape) { return shape[1][0] <= 2; }
  static void gemm(cpu::Context&, double, MatrixView<const double>, MatrixView<const double>, double,
                   MatrixView<double> out) {
    for (index_t j = 0; j < out.columns; ++j)
      for (index_t i = 0; i < out.rows; ++i) out(i, j) = 7;
  }
  static void syrk(cpu::Context&, double, MatrixView<const double>, double, MatrixView<double> out) {
    for (index_t j = 0; j < out.columns; ++j)
      for (index_t i = 0; i < out.rows; ++i) out(i, j) = 77;
  }
};

template <>
struct isonomy::Backend<isonomy::test::Absent> : isonomy::test::HostPart {
  using tag = test::Absent;
  static constexpr const char* name() { return "Absent"; }
  static bool available() noexcept { return false; }
  static std::string unavailable_reason() { return "finds no device"; }
  static void gemm(cpu::Context&, double, MatrixView<const double>, MatrixView<const double>, double,
                   MatrixView<double>) {
    throw std::logic_error("a backend that is not available was called");
  }
};

template <>
struct isonomy::Backend<isonomy::test::Failing> : isonomy::test::HostPart {
  using tag = test::Failing;
  static constexpr const char* name() { return "Failing"; }
  static void gemm(cpu::Context&, double, MatrixView<const double>, MatrixView<const double>, double,
                   MatrixView<double>) {
    throw ResourceError("gemm: the device fell off the bus");
  }
};
