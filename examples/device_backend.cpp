// A backend with memory of its own: an emulated device with a queue, its core operations, and the kit over them.
#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/plain_context.hpp"
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"

namespace acme {

using isonomy::index_t;
template <class T>
using Vector = isonomy::VectorView<T, isonomy::DeviceSpace>;
template <class T>
using Matrix = isonomy::MatrixView<T, isonomy::DeviceSpace>;

/// Names the backend in templates.
struct Device {};

/// The machine: memory whose pages are open only while it works, so that a host that reads them is killed by the
/// processor; and the work that waits for it.
class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() { close(); }

  [[nodiscard]] void* reserve(std::size_t bytes) {
    void* const p = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return nullptr;
    blocks_.emplace(p, bytes);
    return p;
  }
  /// What waits may still use the memory, which then goes after it.
  void release(void* p) {
    released_.push_back(p);
    if (queue_.empty() && !working_) unmap();
  }
  void enqueue(std::function<void()> work) { queue_.push_back(std::move(work)); }
  /// Runs what waits, in its order. Work that throws is the last; the exception arrives here.
  void finish() {
    if (queue_.empty()) return;
    std::vector<std::function<void()>> work = std::exchange(queue_, {});
    std::exception_ptr failure;
    working_ = true;
    protect(PROT_READ | PROT_WRITE);
    try {
      for (const auto& run : work) run();
    } catch (...) {
      failure = std::current_exception();
    }
    work.clear();  // and the workspaces that it owned
    close();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  void close() {
    protect(PROT_NONE);
    working_ = false;
    unmap();
  }
  void protect(int access) {
    for (const auto& [p, bytes] : blocks_) mprotect(p, bytes, access);
  }
  void unmap() {
    for (void* const p : std::exchange(released_, {})) {
      munmap(p, blocks_.at(p));
      blocks_.erase(p);
    }
  }

  std::map<void*, std::size_t> blocks_;
  std::vector<void*> released_;
  std::vector<std::function<void()>> queue_;
  bool working_ = false;
};

/// Ends work in its middle where the caller has asked for it.
struct Heed {
  const char* operation;
  std::stop_token stop;

  void operator()() const {
    if (stop.stop_requested()) throw isonomy::Cancelled(operation);
  }
};

/// What every context has, and whether work waits for synchronize() or runs at once.
struct Options : isonomy::Control {
  bool queued = true;
};

/// Control and counters are inherited; the machine is shared with every allocation, which may outlive the context.
class Context : public isonomy::PlainContext<Device, isonomy::DeviceSpace> {
 public:
  Context() : Context(Options{}) {}
  explicit Context(Options options)
      : PlainContext(std::move(options)), queued_(options.queued), machine_(std::make_shared<Machine>()) {}

  /// Settings that must not change a bit of any result: the kit compares them.
  [[nodiscard]] static std::vector<std::pair<std::string, Options>> variants(const isonomy::Control& like) {
    return {{"queued", Options{like, true}}, {"at once", Options{like, false}}};
  }

  [[nodiscard]] const std::shared_ptr<Machine>& machine() const { return machine_; }
  [[nodiscard]] Heed heed(const char* operation) const { return {operation, control().stop}; }
  /// The device runs f(i) for every i in [0, n).
  template <class F>
  void launch(const char* operation, index_t n, const F& f) {
    machine_->enqueue([n, f, heed = heed(operation)] {
      for (index_t i = 0; i < n; ++i) {
        heed();
        f(i);
      }
    });
    if (!queued_) machine_->finish();
  }

 private:
  bool queued_;
  std::shared_ptr<Machine> machine_;
};

/// Gives memory back to the machine, and takes it off the books.
struct Release {
  std::shared_ptr<Machine> machine;
  std::shared_ptr<isonomy::Counters> counters;
  std::size_t bytes = 0;
  void operator()(void* p) const {
    machine->release(p);
    counters->released(bytes);
  }
};

/// Device memory that work in the queue owns.
template <class T>
using Workspace = std::shared_ptr<isonomy::Buffer<T, Device>>;
template <class T>
[[nodiscard]] Workspace<T> workspace(Context& ctx, index_t n, const char* purpose) {
  return std::make_shared<isonomy::Buffer<T, Device>>(ctx, n, purpose);
}

}  // namespace acme

template <>
struct isonomy::Backend<acme::Device> {
  using tag = acme::Device;
  using space = DeviceSpace;
  using context = acme::Context;
  using allocation = std::unique_ptr<void, acme::Release>;
  static constexpr const char* name() { return "acme::Device"; }
  static bool available() noexcept { return true; }

  static allocation allocate(context& ctx, std::size_t bytes, const char* purpose) {
    require_room(ctx.control(), ctx.counters(), bytes, purpose);
    void* const p = ctx.machine()->reserve(bytes);
    if (p == nullptr) throw OutOfMemory(purpose, bytes, 0);
    ctx.counters().allocated(bytes);
    return {p, acme::Release{ctx.machine(), ctx.shared_counters(), bytes}};
  }
  // Between the spaces. The source of copy_from_host need not outlive the call.
  template <class T>
  static void copy_from_host(context& ctx, VectorView<const T> source, VectorView<T, space> out) {
    ctx.counters().bytes_moved += sizeof(T) * static_cast<std::size_t>(source.size);
    ctx.machine()->enqueue([source, out] {
      for (index_t i = 0; i < source.size; ++i) out(i) = source(i);
    });
    synchronize(ctx);
  }
  template <class T>
  static void copy_to_host(context& ctx, VectorView<const T, space> source, VectorView<T> out) {
    ctx.counters().bytes_moved += sizeof(T) * static_cast<std::size_t>(source.size);
    ctx.machine()->enqueue([source, out] {
      for (index_t i = 0; i < source.size; ++i) out(i) = source(i);
    });
    synchronize(ctx);
  }
  static void synchronize(context& ctx) { ctx.machine()->finish(); }

  // The core operations. Front doors have checked shapes and overlap; everything else is built from these.
  template <class F>
  static void for_each(context& ctx, index_t n, const F& f) {
    ctx.launch("for_each", n, f);
  }
  template <class T>
  static void copy(context& ctx, VectorView<const T, space> source, VectorView<T, space> out) {
    ctx.launch("copy", out.size, [=](index_t i) { out(i) = source(i); });
  }
  template <class T>
  static void copy(context& ctx, MatrixView<const T, space> source, MatrixView<T, space> out) {
    ctx.launch("copy", out.rows * out.columns,
               [=](index_t e) { out(e % out.rows, e / out.rows) = source(e % out.rows, e / out.rows); });
  }
  template <class T>
  static void fill(context& ctx, VectorView<T, space> out, T value) {
    ctx.launch("fill", out.size, [=](index_t i) { out(i) = value; });
  }
  template <class T>
  static void iota(context& ctx, VectorView<T, space> out, T first) {
    ctx.launch("iota", out.size, [=](index_t i) { out(i) = static_cast<T>(first + static_cast<T>(i)); });
  }
  template <class F, class T, class... In>
  static void transform(context& ctx, const F& f, VectorView<T, space> out, VectorView<const In, space>... in) {
    ctx.launch("transform", out.size, [=](index_t i) { out(i) = f(in(i)...); });
  }

  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, VectorView<const T, space> x, R init, const Op& op, const F& f) {
    return reduced(ctx, x.size, init, op, [=](index_t i) { return f(x(i)); });
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, MatrixView<const T, space> x, R init, const Op& op, const F& f) {
    return reduced(ctx, x.rows * x.columns, init, op, [=](index_t e) { return f(x(e % x.rows, e / x.rows)); });
  }
  template <class T, class R, class Op, class F>
  static void segmented_reduce(context& ctx, VectorView<const T, space> x, VectorView<const index_t, space> offsets,
                               VectorView<R, space> out, R init, const Op& op, const F& f) {
    check_offsets(ctx, offsets, x.size, "segmented_reduce");
    ctx.launch("segmented_reduce", out.size, [=, heed = ctx.heed("segmented_reduce")](index_t s) {
      const index_t first = offsets(s);
      out(s) = tree(
          offsets(s + 1) - first, init, op, [&](index_t i) { return f(x(first + i)); }, heed);
    });
  }

  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K, space> keys, VectorView<V, space> values) {
    Sort<K, V> sort(ctx, keys, values);
    ctx.launch(sort.operation, 1, [=](index_t) { sort.run(0, keys.size); });
  }
  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K, space> keys, VectorView<V, space> values,
                                 VectorView<const index_t, space> offsets) {
    check_offsets(ctx, offsets, keys.size, "stable_sort_by_key");
    Sort<K, V> sort(ctx, keys, values);
    ctx.launch(sort.operation, offsets.size - 1, [=](index_t s) { sort.run(offsets(s), offsets(s + 1)); });
  }
  template <class T>
  static void select_k(context& ctx, MatrixView<const T, space> x, MatrixView<T, space> values,
                       MatrixView<index_t, space> indices) {
    const auto order = acme::workspace<index_t>(ctx, x.columns, "select_k");
    ctx.launch("select_k", x.rows, [=, heed = ctx.heed("select_k")](index_t i) {
      index_t* const column = order->data();
      for (index_t j = 0; j < x.columns; ++j) column[j] = j;
      std::partial_sort(column, column + values.columns, column + x.columns, [&](index_t a, index_t b) {
        heed();
        return total_less(x(i, a), a, x(i, b), b);
      });
      for (index_t k = 0; k < values.columns; ++k) {
        values(i, k) = x(i, column[k]);
        indices(i, k) = column[k];
      }
    });
  }

  template <Real T>
  static void gemm(context& ctx, T alpha, MatrixView<const T, space> a, MatrixView<const T, space> b, T beta,
                   MatrixView<T, space> out) {
    ctx.launch("gemm", out.rows * out.columns, [=](index_t e) {
      const index_t i = e % out.rows, j = e / out.rows;
      T sum = 0;
      for (index_t k = 0; k < a.columns; ++k) sum += a(i, k) * b(k, j);
      out(i, j) = beta == 0 ? alpha * sum : alpha * sum + beta * out(i, j);
    });
  }
  template <Real T>
  static void cholesky_batched(context& ctx, BatchView<T, space> a, VectorView<index_t, space> info) {
    ctx.launch("cholesky_batched", a.batches,
               [=, heed = ctx.heed("cholesky_batched")](index_t b) { info(b) = factored(a[b], heed); });
  }

 private:
  /// The tree of every reduction: chunks, each from its first element onwards, onto init in ascending order.
  template <class R, class Op, class F>
  static R tree(index_t n, R init, const Op& op, const F& f, const acme::Heed& heed) {
    for (index_t first = 0; first < n; first += reduction_chunk) {
      R sum = f(first);
      for (index_t i = first + 1; i < std::min(n, first + reduction_chunk); ++i) {
        heed();
        sum = op(sum, f(i));
      }
      init = op(init, sum);
    }
    return init;
  }
  template <class R, class Op, class F>
  static R reduced(context& ctx, index_t n, R init, const Op& op, const F& f) {
    ctx.launch("transform_reduce", 1,
               [&, heed = ctx.heed("transform_reduce")](index_t) { init = tree(n, init, op, f, heed); });
    synchronize(ctx);
    return init;
  }
  /// What the front door cannot look at.
  static void check_offsets(context& ctx, VectorView<const index_t, space> offsets, index_t size,
                            const char* operation) {
    ctx.launch(operation, 1, [=](index_t) {
      check::offsets(VectorView<const index_t>(offsets.data, offsets.size, offsets.stride), size, operation);
    });
  }
  /// Sorts places by key, then moves keys and values there.
  template <class K, class V>
  struct Sort {
    static constexpr const char* operation = "stable_sort_by_key";
    VectorView<K, DeviceSpace> keys;
    VectorView<V, DeviceSpace> values;
    acme::Workspace<index_t> order;
    acme::Workspace<K> old_keys;
    acme::Workspace<V> old_values;
    acme::Heed heed;

    Sort(context& ctx, VectorView<K, DeviceSpace> k, VectorView<V, DeviceSpace> v)
        : keys(k), values(v), order(acme::workspace<index_t>(ctx, k.size, operation)),
          old_keys(acme::workspace<K>(ctx, k.size, operation)), old_values(acme::workspace<V>(ctx, k.size, operation)),
          heed(ctx.heed(operation)) {}

    void run(index_t first, index_t last) const {
      index_t* const place = order->data();
      for (index_t i = first; i < last; ++i) {
        place[i] = i;
        old_keys->data()[i] = keys(i);
        old_values->data()[i] = values(i);
      }
      const K* const key = old_keys->data();
      std::sort(place + first, place + last, [&](index_t a, index_t b) {
        heed();
        return total_less(key[a], a, key[b], b);
      });
      for (index_t i = first; i < last; ++i) {
        keys(i) = key[place[i]];
        values(i) = old_values->data()[place[i]];
      }
    }
  };
  /// 0, or the first pivot, from 1, that is not positive.
  template <Real T>
  static index_t factored(MatrixView<T, space> a, const acme::Heed& heed) {
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = 0; j <= i; ++j) {
        heed();
        T rest = a(i, j);
        for (index_t k = 0; k < j; ++k) rest -= a(i, k) * a(j, k);
        if (i == j && !(rest > 0)) return i + 1;
        a(i, j) = i == j ? std::sqrt(rest) : rest / a(j, j);
      }
    return 0;
  }
};
static_assert(isonomy::checked_backend<acme::Device>());

int main(int argc, char** argv) {
  using namespace isonomy;
  Context<acme::Device> ctx;
  const Buffer<double, acme::Device> x = to_device(ctx, std::vector<double>{3, 4});
  Buffer<double, acme::Device> squares(ctx, 2);
  transform(
      ctx, [](double v) { return v * v; }, squares.view(), x.view());
  const std::vector<double> on_host = to_host(ctx, squares);
  std::cout << "squares on the device: " << on_host[0] << " " << on_host[1] << ", " << ctx.counters().bytes_moved
            << " bytes moved\n";

  // In pieces, to compile in seconds: conformance/run.hpp has run_all, which checks residues and mixtures too.
  conformance::Plan plan;
  plan.level = argc > 1 && std::string(argv[1]) == "full" ? conformance::Level::full : conformance::Level::quick;
  if (argc > 2) plan.row = argv[2];
  conformance::Report report{Backend<acme::Device>::name()};
  const auto check = [&]<class... Op>(Op...) {
    (conformance::run_operation<Op, acme::Device>(ctx, report, plan), ...);
  };
  check(op::for_each{}, op::copy{}, op::fill{}, op::iota{}, op::transform{}, op::transform_reduce{},
        op::segmented_reduce{}, op::reduce_rows{}, op::gather{}, op::scatter{}, op::stable_sort_by_key{},
        op::rank_average{}, op::gemm{}, op::syrk{}, op::cholesky_batched{}, op::select_k{});
  std::cout << report << (report.ok() ? "conforms\n" : "does not conform\n");
  return report.ok() ? 0 : 1;
}
