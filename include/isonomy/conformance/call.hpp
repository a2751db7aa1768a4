// One call of an operation on one context: the only way from the kit's operands to a backend's memory and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/conformance/data.hpp"
#include "isonomy/conformance/heap.hpp"
#include "isonomy/conformance/storage.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::conformance {

/// The sizes that operands reached.
struct Extent {
  index_t rows = 0, columns = 0;
  [[nodiscard]] index_t elements() const { return rows * columns; }
};
struct Reach {
  bool any = false;
  Extent smallest = {}, largest = {};
  index_t rows = 0, columns = 0;
  std::size_t bytes = 0;  // of all operands in the backend's memory

  void note(Extent e) {
    if (!any || e.elements() < smallest.elements()) smallest = e;
    if (!any || e.elements() > largest.elements()) largest = e;
    rows = std::max(rows, e.rows);
    columns = std::max(columns, e.columns);
    any = true;
  }
  void note(const Reach& other) {
    if (!other.any) return;
    note(other.smallest);
    note(other.largest);
    rows = std::max(rows, other.rows);
    columns = std::max(columns, other.columns);
  }
};

/// Gives a row its operands in the memory of a backend, and remembers every one: what is not declared an output is an
/// input, and must come back with every byte it had.
template <class Tag>
class Call {
 public:
  using space = typename Backend<Tag>::space;

  /// `heap`, where there is one, is looked at while operations run.
  Call(Context<Tag>& ctx, Reach& reach, HeapBytes* heap = nullptr)
      : ctx_(ctx), reach_(reach), uncounted_(heap, ctx.counters()) {
    uncounted_.begin();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] Context<Tag>& context() { return ctx_; }

  template <class T>
  Uploaded<Tag, T>& input(const char* name, const Operand<T>& o) {
    return hold(name, Role::input, o);
  }
  template <class T>
  Uploaded<Tag, T>& output(const char* name, const Operand<T>& o) {
    return hold(name, Role::output, o);
  }
  /// An output whose elements are copies of inputs: the payloads of NaNs count.
  template <class T>
  Uploaded<Tag, T>& moved(const char* name, const Operand<T>& o) {
    return hold(name, Role::moved, o);
  }
  /// Plain elements one after the other, in the backend's memory.
  template <class T>
  [[nodiscard]] VectorView<const T, space> input(const char* name, const std::vector<T>& values) {
    return hold(name, Role::input, contiguous(values)).vector();
  }
  /// Plain elements in host memory, whatever the backend's memory is.
  template <class T>
  [[nodiscard]] std::span<const T> host_input(const char* name, const std::vector<T>& values) {
    const Apart apart(uncounted_);
    auto held = std::make_unique<Host<T>>(name, Role::input, values);
    const std::span<const T> view(held->values);
    operands_.push_back(std::move(held));
    return view;
  }
  template <class T>
  [[nodiscard]] std::span<T> host_output(const char* name, const std::vector<T>& values, Role role = Role::output) {
    const Apart apart(uncounted_);
    auto held = std::make_unique<Host<T>>(name, role, values);
    const std::span<T> view(held->values);
    operands_.push_back(std::move(held));
    return view;
  }
  template <class T>
  [[nodiscard]] std::span<T> host_moved(const char* name, const std::vector<T>& values) {
    return host_output(name, values, Role::moved);
  }
  /// A value that the operation returned.
  template <class T>
  void result(const char* name, const T& value) {
    static_cast<void>(host_output(name, std::vector<T>{value}));
  }

  /// What `prepare` returns; what it takes from the heap is no operation's.
  template <class F>
  [[nodiscard]] auto apart(const F& prepare) {
    const Apart apart(uncounted_);
    return prepare();
  }
  /// Bytes of the heap that the operations held beyond what the context counted, now that all have run.
  [[nodiscard]] std::size_t uncounted_bytes() {
    uncounted_.end();
    return uncounted_.most();
  }
  /// All operands as they are now.
  [[nodiscard]] Outcome outcome() {
    Outcome all;
    for (const auto& o : operands_) all.add(o->fetch(ctx_));
    return all;
  }
  /// The name of the first input that has not the bytes it came with, or nothing.
  [[nodiscard]] std::string changed_input(const Outcome& after) const {
    for (std::size_t i = 0; i < operands_.size(); ++i)
      if (operands_[i]->role == Role::input && after[i].bytes != operands_[i]->original) return operands_[i]->name;
    return {};
  }

 private:
  struct Held {
    std::string name;
    Role role;
    std::vector<std::byte> original;  // of inputs

    template <class T>
    Held(const char* what, Role as, const std::vector<T>& values) : name(what), role(as) {
      if (role == Role::input) original = Storage(name, role, values).bytes;
    }
    virtual ~Held() = default;
    [[nodiscard]] virtual Storage fetch(Context<Tag>& ctx) const = 0;
  };
  template <class T>
  struct OnBackend final : Held {
    Uploaded<Tag, T> uploaded;
    OnBackend(Context<Tag>& ctx, const char* what, Role as, const Operand<T>& o)
        : Held(what, as, o.storage), uploaded(ctx, o) {}
    [[nodiscard]] Storage fetch(Context<Tag>& ctx) const override {
      return {this->name, this->role, uploaded.fetch(ctx)};
    }
  };
  template <class T>
  struct Host final : Held {
    std::vector<T> values;
    Host(const char* what, Role as, const std::vector<T>& initial) : Held(what, as, initial), values(initial) {}
    [[nodiscard]] Storage fetch(Context<Tag>&) const override { return {this->name, this->role, values}; }
  };

  template <class T>
  Uploaded<Tag, T>& hold(const char* name, Role role, const Operand<T>& o) {
    const Apart apart(uncounted_);
    reach_.note(Extent{o.rows, o.columns});
    reach_.bytes += o.storage.size() * sizeof(T);
    auto held = role == Role::input && o.has_gaps()
                    ? std::make_unique<OnBackend<T>>(ctx_, name, role, o.with_other_gaps())
                    : std::make_unique<OnBackend<T>>(ctx_, name, role, o);
    Uploaded<Tag, T>& uploaded = held->uploaded;
    operands_.push_back(std::move(held));
    return uploaded;
  }

  /// What the kit takes for an operand is no operation's.
  struct Apart {
    UncountedBytes& uncounted;
    explicit Apart(UncountedBytes& of_call) : uncounted(of_call) { uncounted.end(); }
    ~Apart() { uncounted.begin(); }
    Apart(const Apart&) = delete;
    Apart& operator=(const Apart&) = delete;
  };

  Context<Tag>& ctx_;
  Reach& reach_;
  UncountedBytes uncounted_;
  std::vector<std::unique_ptr<Held>> operands_;
};

}  // namespace isonomy::conformance
