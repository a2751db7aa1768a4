// What a compiler says where an incomplete backend is used and nobody asked checked_backend.
#include "mistakes/backend/mistakes.hpp"
#ifdef FRONT_DOOR
#include "isonomy/ops/linalg/gemm.hpp"
#endif
#ifdef BUFFER
#include "isonomy/backend/buffer.hpp"
#endif
#ifdef KIT
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/operation.hpp"
#endif

namespace isonomy::test {

template <class Tag>
void use(Context<Tag>& ctx) {
#ifdef FRONT_DOOR
  double x[1] = {};
  const MatrixView<double> a(x, 1, 1, 1, 1);
  gemm(ctx, 1.0, a, a, 0.0, a);
#endif
#ifdef BUFFER
  const Buffer<double, Tag> buffer(ctx, 3);
#endif
#ifdef KIT
  conformance::Report report{""};
  conformance::run_operation<op::gemm, Tag>(ctx, report);
#endif
}
template <class... Tags>
void use_all(std::tuple<Tags...>*, void* any) {
  (use<Tags>(*static_cast<Context<Tags>*>(any)), ...);
}
#ifdef MEMORY
template void use_all(LeftOutOfMemory*, void*);
#else
template void use_all(LeftOut*, void*);
#endif

}  // namespace isonomy::test
