// Streams: queues of work that run when something waits for them, in an order that their events allow.
#include <algorithm>
#include <deque>
#include <vector>

#include "internal.hpp"

struct CUstream_st {
  unsigned flags = 0;
  int device = 0;
};

namespace emulation {

struct Stream {
  std::deque<std::unique_ptr<Task>> queue;
  std::uint64_t queued = 0, done = 0;
  bool running = false;  // a piece of its work has begun and waits for another stream
};

namespace {

struct Named {
  CUstream_st* handle = nullptr;
  std::shared_ptr<Stream> stream = std::make_shared<Stream>();
};
CUstream_st* numbered(std::uintptr_t handle) { return reinterpret_cast<CUstream_st*>(handle); }
struct Streams {
  std::vector<Named> all{{},
                         {numbered(2)}};  // the legacy default stream, that of the thread, and others as they are made
  std::uint64_t choices = 0;
};
Streams& streams() {
  static Streams& s = *new Streams;  // outlives what is destroyed at exit
  return s;
}

void run_front(Stream& stream) {
  const std::unique_ptr<Task> work = std::move(stream.queue.front());
  stream.queue.pop_front();
  stream.running = true;
  work->run();
  stream.running = false;
  ++stream.done;
}

/// Lets other streams come first, as they may on a device.
void run_others(const Stream& than) {
  if (!settings().shuffle || streams().all.size() < 4) return;  // the default streams and `than`
  Random random(settings().seed + ++streams().choices * 0x632be59bd9b4e019u);
  for (const auto& [handle, other] : streams().all)
    while (other.get() != &than && !other->running && !other->queue.empty() && other->queue.front()->ready() &&
           random.draw() % 2 == 0)
      run_front(*other);
}

void run_until(Stream& stream, std::uint64_t position) {
  while (stream.done < position) {
    run_others(stream);
    if (stream.done < position) run_front(stream);
  }
}

struct Wait final : Task {
  explicit Wait(Mark m) : mark(std::move(m)) {}
  void run() override { run_until(*mark.stream, mark.position); }
  [[nodiscard]] bool ready() const override { return is_reached(mark); }
  Mark mark;
};

void queue_on(Stream& stream, std::unique_ptr<Task> work) {
  stream.queue.push_back(std::move(work));
  ++stream.queued;
  if (settings().lazy) return;
  const HostAccess open;
  run_until(stream, stream.queued);
}

}  // namespace

std::shared_ptr<Stream> find_stream(CUstream_st* handle) {
  const auto& all = streams().all;
  if (handle == numbered(1)) handle = nullptr;
  const auto found = std::ranges::find(all, handle, &Named::handle);
  return found == all.end() ? nullptr : found->stream;
}
CUstream_st* create_stream(unsigned flags, int device) {
  if (fails_now()) return nullptr;
  auto* const handle = new CUstream_st{flags, device};
  streams().all.push_back({handle});
  count_resource(1);
  return handle;
}
bool destroy_stream(CUstream_st* handle) {
  const auto stream = find_stream(handle);
  if (is_default(handle) || stream == nullptr) return false;
  run_to(mark_end(stream));  // the work goes on on a device; nobody can tell from here
  std::erase_if(streams().all, [handle](const Named& s) { return s.handle == handle; });
  delete handle;
  count_resource(-1);
  return true;
}
int stream_device(CUstream_st* handle) { return is_default(handle) ? 0 : handle->device; }
unsigned stream_flags(CUstream_st* handle) { return is_default(handle) ? 0 : handle->flags; }

bool enqueue(CUstream_st* handle, std::unique_ptr<Task> work) {
  const Lock hold(lock());
  const auto stream = find_stream(handle);
  if (stream == nullptr) {
    note_fault("work is queued on a stream that does not exist");
    return false;
  }
  if (handle == nullptr) note_fault("work is queued on the default stream");
  queue_on(*stream, std::move(work));
  return true;
}

Mark mark_end(const std::shared_ptr<Stream>& stream) { return {stream, stream->queued}; }
bool is_reached(const Mark& mark) { return mark.stream->done >= mark.position; }
void run_to(const Mark& mark) {
  if (is_reached(mark)) return;
  const HostAccess open;
  run_until(*mark.stream, mark.position);
}
void run_one(const std::shared_ptr<Stream>& stream) {
  if (!stream->queue.empty()) run_to({stream, stream->done + 1});
}
void queue_wait(const std::shared_ptr<Stream>& stream, const Mark& mark) {
  queue_on(*stream, std::make_unique<Wait>(mark));
}

void run_everything() {
  const Lock hold(lock());
  for (const auto& [handle, stream] : streams().all) run_to(mark_end(stream));
}

}  // namespace emulation
