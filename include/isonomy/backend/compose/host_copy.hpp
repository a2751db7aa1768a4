// Copies of a call's arguments in host memory, wherever the arguments are.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/compose/staging.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::compose {

/// An argument as it is now, in host memory: a plain value.
template <class A>
class OnHost {
 public:
  static constexpr bool is_view = false;
  template <class Ctx>
  OnHost(Ctx&, const A& value) : value_(value) {}
  [[nodiscard]] const A& view() const { return value_; }
  [[nodiscard]] const A& constant() const { return value_; }

 private:
  const A& value_;
};
template <class T>
class OnHost<std::span<T>> {
 public:
  static constexpr bool is_view = true, is_output = !std::is_const_v<T>;
  template <class Ctx>
  OnHost(Ctx&, std::span<T> s) : elements_(s.begin(), s.end()) {}
  [[nodiscard]] std::span<T> view() { return elements_; }
  [[nodiscard]] std::span<const T> constant() const { return elements_; }
  [[nodiscard]] auto batch() const {
    return as_batch(VectorView<const std::remove_const_t<T>>(elements_.data(), static_cast<index_t>(elements_.size())));
  }

 private:
  std::vector<std::remove_const_t<T>> elements_;
};
template <class A>
  requires requires(const A& a) { as_batch(a); }
class OnHost<A> {
  using Value = typename A::value_type;
  using Element = std::remove_reference_t<decltype(*std::declval<A>().data)>;

 public:
  static constexpr bool is_view = true, is_output = !std::is_const_v<Element>;
  template <class Ctx>
  OnHost(Ctx& ctx, const A& original) : shape_(original), elements_(static_cast<std::size_t>(elements(original))) {
    const BatchView<const Value, typename A::space> source(as_batch(original));
    const auto target = as_batch(dense_like<HostSpace>(shape_, elements_.data()));
    if constexpr (std::same_as<typename A::space, HostSpace>) {
      for (index_t b = 0; b < source.batches; ++b)
        for (index_t j = 0; j < source.columns; ++j)
          for (index_t i = 0; i < source.rows; ++i) target[b](i, j) = source[b](i, j);
    } else {
      transfer(ctx, source, ctx, target);
    }
  }
  [[nodiscard]] auto view() { return dense_like<HostSpace>(shape_, static_cast<Element*>(elements_.data())); }
  [[nodiscard]] auto constant() const { return dense_like<HostSpace>(shape_, elements_.data()); }
  [[nodiscard]] auto batch() const { return as_batch(constant()); }

 private:
  static index_t elements(const A& v) {
    const auto batch = as_batch(v);
    return batch.batches * batch.rows * batch.columns;
  }

  A shape_;
  std::vector<Value> elements_;
};

/// Each argument as it is now. Functions make them, since nvcc cannot write pack expansions in a constructor's call.
template <class A, class Ctx>
[[nodiscard]] OnHost<A> on_host(Ctx& ctx, const A& argument) {
  return OnHost<A>(ctx, argument);
}
template <class Ctx, class... A>
[[nodiscard]] std::tuple<OnHost<A>...> copies_on_host(Ctx& ctx, const A&... arguments) {
  return {on_host(ctx, arguments)...};
}

}  // namespace isonomy::compose
