// Values of a file where a context's operations can read them.
#pragma once

#include <concepts>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"

namespace examples {

/// A view of points in the memory of a context.
template <class Ctx, class T>
using PointsView = isonomy::VectorView<const T, typename Ctx::space>;

/// Host values in the memory of a context: a copy of them, or on the host the values themselves.
template <class Ctx, class T>
class Resident {
 public:
  static constexpr bool is_copy = true;
  Resident(Ctx& ctx, isonomy::VectorView<const T> values) : copy_(isonomy::to_device(ctx, values, "points")) {}
  [[nodiscard]] PointsView<Ctx, T> view() const { return copy_.view(); }

 private:
  isonomy::Buffer<T, typename Ctx::tag> copy_;
};
template <class Ctx, class T>
  requires std::same_as<typename Ctx::space, isonomy::HostSpace>
class Resident<Ctx, T> {
 public:
  static constexpr bool is_copy = false;
  Resident(Ctx&, isonomy::VectorView<const T> values) : values_(values) {}
  [[nodiscard]] PointsView<Ctx, T> view() const { return values_; }

 private:
  isonomy::VectorView<const T> values_;
};

}  // namespace examples
