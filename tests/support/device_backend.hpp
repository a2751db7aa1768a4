// A backend with a memory space of its own: host memory that only its own operations may look at.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "isonomy/backend/accept.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/sort/select_k.hpp"

namespace isonomy::test {

/// An accelerator, played by the host: products, sorts and selections of up to two elements a row.
struct Device {};

class DeviceContext {
 public:
  using tag = Device;
  using space = DeviceSpace;

  [[nodiscard]] Control& control() noexcept { return host_.control(); }
  [[nodiscard]] const Control& control() const noexcept { return host_.control(); }
  [[nodiscard]] Counters& counters() noexcept { return host_.counters(); }
  /// What runs the operations.
  [[nodiscard]] cpu::Context& host() noexcept { return host_; }

 private:
  cpu::Context host_{cpu::ContextOptions{.threads = 1}};
};

/// The view as the device sees it.
template <class T>
[[nodiscard]] VectorView<T> inside(const VectorView<T, DeviceSpace>& v) {
  return {v.data, v.size, v.stride};
}
template <class T>
[[nodiscard]] MatrixView<T> inside(const MatrixView<T, DeviceSpace>& a) {
  return {a.data, a.rows, a.columns, a.row_stride, a.column_stride};
}

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Device> {
  using tag = test::Device;
  using space = DeviceSpace;
  using context = test::DeviceContext;
  using allocation = cpu::Memory::allocation;
  using Host = Backend<Cpu>;
  static constexpr const char* name() { return "Device"; }
  static bool available() noexcept { return true; }

  [[nodiscard]] static allocation allocate(context& ctx, std::size_t bytes, const char* purpose) {
    return Host::allocate(ctx.host(), bytes, purpose);
  }
  template <class T>
  static void copy_from_host(context& ctx, VectorView<const T> source, VectorView<T, DeviceSpace> out) {
    Host::copy(ctx.host(), source, test::inside(out));
    ctx.counters().bytes_moved += sizeof(T) * static_cast<std::size_t>(out.size);
  }
  template <class T>
  static void copy_to_host(context& ctx, VectorView<const T, DeviceSpace> source, VectorView<T> out) {
    Host::copy(ctx.host(), test::inside(source), out);
    ctx.counters().bytes_moved += sizeof(T) * static_cast<std::size_t>(out.size);
  }
  static void synchronize(context&) {}

  template <class T>
  static void copy(context& ctx, VectorView<const T, DeviceSpace> source, VectorView<T, DeviceSpace> out) {
    Host::copy(ctx.host(), test::inside(source), test::inside(out));
  }
  template <class T>
  static void copy(context& ctx, MatrixView<const T, DeviceSpace> source, MatrixView<T, DeviceSpace> out) {
    Host::copy(ctx.host(), test::inside(source), test::inside(out));
  }
  template <class T>
  static void iota(context& ctx, VectorView<T, DeviceSpace> out, T first) {
    Host::iota(ctx.host(), test::inside(out), first);
  }
  template <class F>
  static void for_each(context& ctx, index_t n, const F& f) {
    Host::for_each(ctx.host(), n, f);
  }
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(context& ctx, VectorView<const T, DeviceSpace> x, R init, const Op& op,
                                          const F& f) {
    return Host::transform_reduce(ctx.host(), test::inside(x), init, op, f);
  }
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(context& ctx, MatrixView<const T, DeviceSpace> x, R init, const Op& op,
                                          const F& f) {
    return Host::transform_reduce(ctx.host(), test::inside(x), init, op, f);
  }
  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K, DeviceSpace> keys, VectorView<V, DeviceSpace> values) {
    Host::stable_sort_by_key(ctx.host(), test::inside(keys), test::inside(values));
  }
  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K, DeviceSpace> keys, VectorView<V, DeviceSpace> values,
                                 VectorView<const index_t, DeviceSpace> offsets) {
    Host::stable_sort_by_key(ctx.host(), test::inside(keys), test::inside(values), test::inside(offsets));
  }
  template <Real T>
  static void gemm(context& ctx, T alpha, MatrixView<const T, DeviceSpace> a, MatrixView<const T, DeviceSpace> b,
                   T beta, MatrixView<T, DeviceSpace> out) {
    Host::gemm(ctx.host(), alpha, test::inside(a), test::inside(b), beta, test::inside(out));
  }
  static Acceptance accepts(op::select_k, const CallShape& shape) {
    if (shape[1][1] <= 2) return true;
    return decline(text::joined("k is ", shape[1][1], "; it selects up to 2"));
  }
  template <class T>
  static void select_k(context& ctx, MatrixView<const T, DeviceSpace> x, MatrixView<T, DeviceSpace> values,
                       MatrixView<index_t, DeviceSpace> indices) {
    Host::select_k(ctx.host(), test::inside(x), test::inside(values), test::inside(indices));
  }
};
