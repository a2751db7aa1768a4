// What a compiler says first of a backend as its author writes it, whose own code uses the names that it lacks.
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/host_memory.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

namespace isonomy::test {
struct Stranger {};
#ifdef CONTEXT_WITHOUT_TAG
class StrangersContext : PlainContext<Stranger> {
 public:
  using PlainContext::control, PlainContext::counters, PlainContext::shared_counters, PlainContext::space;
};
#else
using StrangersContext = PlainContext<Stranger>;
#endif
}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Stranger> : isonomy::HostMemory<isonomy::test::StrangersContext> {
#ifndef WITHOUT_TAG
  using tag = isonomy::test::Stranger;
#endif
#ifndef WITHOUT_SPACE
  using space = HostSpace;
#endif
#ifndef WITHOUT_CONTEXT
  using context = isonomy::test::StrangersContext;
#endif
  static constexpr const char* name() { return "stranger"; }
  static bool available() noexcept { return true; }

#ifdef NAMES_USED
  template <Real T>
  static void gemm(context& ctx, T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T> out) {
    Buffer<T, tag> products(ctx, out.rows);
    const VectorView<T, space> column = products.view();
    static_cast<void>(column);
  }
#else
  template <class Ctx, Real T>
  static void gemm(Ctx&, T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>) {}
#endif
};

namespace isonomy::test {

// Used before anybody asks checked_backend.
void use(Context<Stranger>& ctx, const MatrixView<double> a) {
  const Buffer<double, Stranger> buffer(ctx, 3);
  gemm(ctx, 1.0, a, a, 0.0, a);
}
static_assert(checked_backend<Stranger>());

}  // namespace isonomy::test
