// How a backend declines one call: the shape it is asked about, its answer, and the error where nobody takes the call.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// The extents of one view among the arguments of a call.
struct Extents {
  int dimensions = 0;
  std::array<index_t, 3> extent{};  ///< (batches,) rows, columns; or size

  [[nodiscard]] index_t operator[](int d) const { return extent[static_cast<std::size_t>(d)]; }
};

/// What a backend may look at before it accepts a call: the extents of its views and spans, in their order.
struct CallShape {
  static constexpr int most = 8;

  int views = 0;
  std::array<Extents, most> extents{};

  [[nodiscard]] const Extents& operator[](int i) const { return extents[static_cast<std::size_t>(i)]; }

  /// "3x4, 4x2, 3x2".
  [[nodiscard]] std::string text() const {
    std::string out;
    for (int i = 0; i < views; ++i)
      for (int d = 0; d < (*this)[i].dimensions; ++d)
        out += text::joined(d > 0 ? "x" : i > 0 ? ", " : "", (*this)[i][d]);
    return out;
  }
};

namespace detail {

template <class T, class S>
void add_extents(CallShape& shape, const VectorView<T, S>& v) {
  shape.extents[static_cast<std::size_t>(shape.views++)] = {1, {v.size}};
}
template <class T>
void add_extents(CallShape& shape, const std::span<T>& s) {
  shape.extents[static_cast<std::size_t>(shape.views++)] = {1, {static_cast<index_t>(s.size())}};
}
template <class T, class S>
void add_extents(CallShape& shape, const MatrixView<T, S>& a) {
  shape.extents[static_cast<std::size_t>(shape.views++)] = {2, {a.rows, a.columns}};
}
template <class T, class S>
void add_extents(CallShape& shape, const BatchView<T, S>& a) {
  shape.extents[static_cast<std::size_t>(shape.views++)] = {3, {a.batches, a.rows, a.columns}};
}
void add_extents(CallShape&, const auto&) {}

}  // namespace detail

/// The shape of a call with these arguments.
template <class... A>
[[nodiscard]] CallShape shape_of(const A&... arguments) {
  static_assert(sizeof...(A) <= CallShape::most, "a call has no more arguments than a shape has places");
  CallShape shape;
  (detail::add_extents(shape, arguments), ...);
  return shape;
}

/// A backend's answer to a call: it takes it, or why it does not.
///
/// A backend that cannot run every call of an operation has a member
/// `static Acceptance accepts(op::select_k, const CallShape&)`. It looks at nothing else, so that it answers the same
/// call alike each time it is asked, which may be more than once.
struct Acceptance {
  bool accepted = true;
  std::string reason;

  Acceptance() = default;
  Acceptance(bool takes) : accepted(takes), reason(takes ? "" : "declines calls of this shape") {}
  [[nodiscard]] explicit operator bool() const { return accepted; }
};

/// The answer of a backend that does not take a call.
[[nodiscard]] inline Acceptance decline(std::string reason) {
  Acceptance out(false);
  out.reason = std::move(reason);
  return out;
}

/// May B decline some calls of the operation?
template <class Op, class B>
concept MayDecline = requires(const CallShape& shape) {
  Acceptance(B::accepts(Op{}, shape));
};

/// No backend that was asked takes the call, or may be used in this process. Nothing was written.
class BackendNotAvailable : public Unsupported {
 public:
  [[gnu::noinline]] BackendNotAvailable(std::string operation, std::string arguments, std::vector<Declined> tried)
      : Unsupported(message(operation, arguments, tried)), operation_(std::move(operation)),
        arguments_(std::move(arguments)), tried_(std::move(tried)) {}

  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  /// The shapes of the call's views; empty where there was no call.
  [[nodiscard]] const std::string& arguments() const noexcept { return arguments_; }
  /// Who was asked, in that order, with the reason of each.
  [[nodiscard]] const std::vector<Declined>& tried() const noexcept { return tried_; }

 private:
  static std::string message(const std::string& operation, const std::string& arguments,
                             const std::vector<Declined>& tried) {
    std::string out =
        text::joined(operation, ": no backend takes ", arguments.empty() ? "it" : "arguments of ", arguments);
    for (const Declined& d : tried) out += text::joined("; ", d.backend, ": ", d.reason);
    return out + "; use another backend, or a Chain that ends in one without such limits";
  }

  std::string operation_, arguments_;
  std::vector<Declined> tried_;
};

/// Why B may not be used in this process: its own `unavailable_reason()`, if it has one.
template <class B>
[[nodiscard]] std::string unavailable_reason() {
  if constexpr (requires { std::string(B::unavailable_reason()); })
    return B::unavailable_reason();
  else
    return "is not available in this process";
}

}  // namespace isonomy
