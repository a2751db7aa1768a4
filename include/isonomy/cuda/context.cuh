// Context<Cuda>: one device, one stream, one memory pool; what a computation on a GPU holds.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/availability.cuh"
#include "isonomy/cuda/status.cuh"
#include "isonomy/cuda/tag.hpp"

namespace isonomy::device {

struct ContextOptions : Control {
  int device = 0;
  /// Borrowed: the caller keeps it, of the same device, until the context and its buffers are gone. Null: one of its
  /// own.
  cudaStream_t stream = nullptr;
  /// Blocks of one launch, at most; 0: as many as keep the device busy. No result depends on it.
  int most_blocks = 0;
};

/// What buffers share with their context, so that they may outlive it.
class State {
 public:
  State(int device, cudaStream_t borrowed) : device_(device), stream_(borrowed) {
    const OnDevice here(device);
    require(cudaDeviceGetAttribute(&processors_, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
    try {
      if (stream_ == nullptr) {
        require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
        owned_ = true;
      }
      make_pool();
    } catch (...) {
      release();
      throw;
    }
  }
  ~State() { release(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] int device() const noexcept { return device_; }
  [[nodiscard]] int processors() const noexcept { return processors_; }
  [[nodiscard]] cudaStream_t stream() const noexcept { return stream_; }
  [[nodiscard]] cudaMemPool_t pool() const noexcept { return pool_; }
  [[nodiscard]] Counters& counters() noexcept { return counters_; }
  [[nodiscard]] const DeviceDescription& description() {
    if (!description_) description_ = describe_device(device_);
    return *description_;
  }
  /// Handles of libraries and the like, made when first asked for and given back with the state.
  template <class T>
  [[nodiscard]] T& part() {
    static const char key = 0;
    for (const Part& p : parts_)
      if (p.key == &key) return *static_cast<T*>(p.object.get());
    const OnDevice here(device_);
    parts_.push_back({&key, std::make_shared<T>(stream_)});
    return *static_cast<T*>(parts_.back().object.get());
  }

 private:
  struct Part {
    const void* key;
    std::shared_ptr<void> object;
  };

  /// Of its own, so that what it keeps for later goes back to the device with it.
  void make_pool() {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = device_;
    require(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
    std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
    require(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep), "cudaMemPoolSetAttribute");
  }
  void release() noexcept {
    int before = 0;
    static_cast<void>(cudaGetDevice(&before));
    static_cast<void>(cudaSetDevice(device_));
    if (stream_ != nullptr) static_cast<void>(cudaStreamSynchronize(stream_));
    parts_.clear();
    if (pool_ != nullptr) static_cast<void>(cudaMemPoolDestroy(pool_));
    if (owned_) static_cast<void>(cudaStreamDestroy(stream_));
    static_cast<void>(cudaGetLastError());
    static_cast<void>(cudaSetDevice(before));
  }

  int device_, processors_ = 1;
  cudaStream_t stream_;
  bool owned_ = false;
  cudaMemPool_t pool_ = nullptr;
  Counters counters_;
  std::optional<DeviceDescription> description_;
  std::vector<Part> parts_;
};

/// Move-only, one per host thread, not thread-safe. Making one takes a stream and a memory pool.
///
/// Operations that return nothing are queued on the stream and may not have run when they return; `synchronize` waits,
/// and throws what they left behind. Errors: Unsupported without a device; ValueError for a device that is not there;
/// DeviceError.
class Context {
 public:
  using tag = Cuda;
  using space = DeviceSpace;

  Context() : Context(ContextOptions{}) {}
  explicit Context(ContextOptions options)
      : control_(static_cast<Control&&>(options)), most_blocks_(options.most_blocks),
        state_(std::make_shared<State>(checked(options.device), options.stream)) {}
  Context(Context&&) noexcept = default;
  Context& operator=(Context&&) noexcept = default;

  /// Settings that must not change a bit of any result: how many blocks a launch has, and whose stream it runs on.
  [[nodiscard]] static std::vector<std::pair<std::string, ContextOptions>> variants(const Control& like) {
    std::vector<std::pair<std::string, ContextOptions>> out;
    for (const int blocks : {0, 1, 7})
      out.emplace_back(blocks == 0 ? std::string("blocks of the device") : text::joined("at most ", blocks, " blocks"),
                       ContextOptions{like, 0, nullptr, blocks});
    return out;
  }

  /// Settings of a context for one of `tasks` that run at once, on the same device and a stream of its own: the same
  /// results and the same wish to stop, its share of the memory, nobody to report to.
  [[nodiscard]] ContextOptions for_task(int tasks) const {
    ContextOptions options{control_, device(), nullptr, most_blocks_};
    options.progress = nullptr;
    options.workspace_limit /= static_cast<std::size_t>(std::max(tasks, 1));
    return options;
  }

  [[nodiscard]] const Control& control() const noexcept { return control_; }
  [[nodiscard]] Control& control() noexcept { return control_; }
  [[nodiscard]] Counters& counters() noexcept { return state_->counters(); }
  [[nodiscard]] cudaStream_t stream() const noexcept { return state_->stream(); }
  [[nodiscard]] int device() const noexcept { return state_->device(); }
  /// What reports say of the device.
  [[nodiscard]] const DeviceDescription& describe_device() const { return state_->description(); }
  [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }

  /// Blocks of `threads` threads for n independent indices, in a loop over the grid.
  [[nodiscard]] index_t blocks_for(index_t n, int threads) const {
    const index_t waves = index_t{16} * state_->processors();
    return std::min((n + threads - 1) / threads, most_blocks_ > 0 ? std::min<index_t>(most_blocks_, waves) : waves);
  }

  /// Throws Cancelled once the caller has asked to stop.
  void heed_stop(const char* operation) const {
    if (control_.stop.stop_requested()) throw Cancelled(operation);
  }
  /// What is queued and not yet waited for.
  void queued() noexcept { pending_ = true; }
  /// Waits for what is queued and throws what it left behind: DeviceError; Cancelled where the caller asked to stop
  /// before it had ended.
  void wait(const char* operation) {
    const bool pending = std::exchange(pending_, false);
    const OnDevice here(device());
    require(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
    if (pending) heed_stop(operation);
  }

 private:
  static int checked(int device) {
    const int count = device_count();
    if (count == 0) throw Unsupported(text::joined("Context<Cuda>: ", unavailable_reason(), "; use another backend"));
    if (device < 0 || device >= count)
      throw ValueError(text::joined("Context<Cuda>: device is ", device, "; there are ", count,
                                    ", counted from 0; name one of them"));
    return device;
  }

  Control control_;
  int most_blocks_;
  bool pending_ = false;
  std::shared_ptr<State> state_;
};

}  // namespace isonomy::device
