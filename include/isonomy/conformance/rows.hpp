// One row of the kit: run, compare, run again, run under every context variant.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/conformance/compare.hpp"
#include "isonomy/conformance/contexts.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance {

/// The rows of an operation, specialised for each in conformance/cases/.
///
/// `run<Tag, T>(rows)` runs them for one element type that the backend has the operation for. `callable<Tag, T>` asks
/// whether a call of the front door would compile.
template <class Op>
struct Cases;

/// Does the kit check this operation?
template <class Op>
inline constexpr bool has_cases = requires {
  sizeof(Cases<Op>);
};

/// Runs the rows of one operation on one backend.
template <class Tag>
class Rows {
 public:
  Rows(Context<Tag>& ctx, OperationResult& result)
      : ctx_(ctx), result_(result), variants_(make_contexts<Tag>(ctx.control())) {}

  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  /// Seed of the row's data: from its label and the context's seed, so that a row can be repeated alone.
  [[nodiscard]] std::uint64_t seed(const std::string& label) const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    for (const char c : label) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return random_bits(ctx_.control().seed, hash);
  }

  /// `run(context)` returns a tuple of vectors, the storages of outputs and inputs after the operation;
  /// `check(verdict, vectors...)` compares them with the reference. Then bits must repeat.
  template <class Run, class Check>
  void row(const std::string& label, const Run& run, const Check& check) {
    try {
      const auto first = run(ctx_);
      Verdict verdict;
      std::apply([&](const auto&... storage) { check(verdict, storage...); }, first);
      if (!verdict.ok()) return fail(label, verdict.text());
      if (!same(first, run(ctx_))) return fail(label, "a second run gave other bits");
      for (const ContextVariant<Tag>& v : variants_)
        if (!same(first, run(*v.context))) return fail(label, "other bits with " + v.label);
      ++result_.passed;
    } catch (const Unsupported&) {
      ++result_.declined;
    } catch (const std::exception& e) {
      fail(label, text::joined("threw: ", e.what()));
    }
  }

  /// `run(context)` must throw E.
  template <class E, class Run>
  void throws(const std::string& label, const Run& run) {
    try {
      run(ctx_);
      fail(label, "did not throw");
    } catch (const E&) {
      ++result_.passed;
    } catch (const std::exception& e) {
      fail(label, text::joined("threw another error: ", e.what()));
    }
  }

 private:
  template <class... T>
  static bool same(const std::tuple<std::vector<T>...>& a, const std::tuple<std::vector<T>...>& b) {
    return same(a, b, std::index_sequence_for<T...>{});
  }
  template <class Tuple, std::size_t... n>
  static bool same(const Tuple& a, const Tuple& b, std::index_sequence<n...>) {
    return (same_storage(std::get<n>(a), std::get<n>(b)) && ...);
  }
  template <class T>
  static bool same_storage(const std::vector<T>& a, const std::vector<T>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!same_bits(a[i], b[i])) return false;
    return true;
  }
  void fail(const std::string& label, const std::string& why) {
    ++result_.failed;
    if (result_.failures.size() < 5)
      result_.failures.push_back(
          text::joined("  ", result_.operation, ", ", label, ", seed ", ctx_.control().seed, ": ", why));
  }

  Context<Tag>& ctx_;
  OperationResult& result_;
  std::vector<ContextVariant<Tag>> variants_;
};

}  // namespace isonomy::conformance
