// Streams: queues of work that run when something waits for them, in an order that their events allow.
#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "internal.hpp"

struct CUstream_st {
  unsigned flags = 0;
  int device = 0;
};

namespace emulation {

/// Work, and what the host knew when it was queued.
struct Queued {
  std::unique_ptr<Task> work;
  std::shared_ptr<const Known> from_host;
};

struct Stream {
  std::deque<Queued> queue;
  std::uint64_t queued = 0, done = 0;
  bool running = false;  // a piece of its work has begun and waits for another stream
  std::uint64_t number = ++made;
  Known known;  // of other streams, by what it has run
  std::shared_ptr<const Known> from_host;

 private:
  static inline std::uint64_t made = 0;
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
  std::shared_ptr<const Known> host = std::make_shared<Known>();
  std::set<std::uint64_t> gone;  // all their work comes before whatever is queued now
  Stream* running = nullptr;
};
Streams& streams() {
  static Streams& s = *new Streams;  // outlives what is destroyed at exit
  return s;
}

void learn(Known& known, const Known& more) {
  for (const auto& [stream, position] : more) {
    if (streams().gone.contains(stream)) continue;
    std::uint64_t& so_far = known[stream];
    so_far = std::max(so_far, position);
  }
}

void run_front(Stream& stream) {
  const Queued front = std::move(stream.queue.front());
  stream.queue.pop_front();
  if (front.from_host != stream.from_host) learn(stream.known, *front.from_host);
  stream.from_host = front.from_host;
  Stream* const before = std::exchange(streams().running, &stream);
  stream.running = true;
  front.work->run();
  stream.running = false;
  ++stream.done;
  streams().running = before;
}

/// Lets other streams come first, as they may on a device.
void run_others(const Stream& than) {
  if (!settings().shuffle || streams().all.size() < 4) return;  // the default streams and `than`
  Random random(settings().seed + ++streams().choices * 0x632be59bd9b4e019u);
  for (const auto& [handle, other] : streams().all)
    while (other.get() != &than && !other->running && !other->queue.empty() && other->queue.front().work->ready() &&
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
  void run() override {
    run_until(*mark.stream, mark.position);
    if (mark.known != nullptr) learn(streams().running->known, *mark.known);
  }
  [[nodiscard]] bool ready() const override { return is_reached(mark); }
  Mark mark;
};

void queue_on(Stream& stream, std::unique_ptr<Task> work) {
  stream.queue.push_back({std::move(work), streams().host});
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
  const Mark end = mark_end(stream);
  run_to(end);  // the work goes on on a device; nobody can tell from here
  if (const auto known = streams().host->find(stream->number);
      stream->queued == 0 || (known != streams().host->end() && known->second >= end.position))
    streams().gone.insert(stream->number);
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

Mark mark_end(const std::shared_ptr<Stream>& stream) { return {stream, stream->queued, nullptr}; }
bool is_reached(const Mark& mark) { return mark.stream->done >= mark.position; }
void run_to(const Mark& mark) {
  if (is_reached(mark)) return;
  const HostAccess open;
  run_until(*mark.stream, mark.position);
}
void run_one(const std::shared_ptr<Stream>& stream) {
  if (!stream->queue.empty()) run_to({stream, stream->done + 1, nullptr});
}
void queue_wait(const std::shared_ptr<Stream>& stream, const Mark& mark) {
  queue_on(*stream, std::make_unique<Wait>(mark));
}

void run_everything() {
  const Lock hold(lock());
  for (const auto& [handle, stream] : streams().all) run_to(mark_end(stream));
  for (const auto& [handle, stream] : streams().all) host_waited(mark_end(stream));
}

Place running_work() {
  const Stream* const running = streams().running;
  return running == nullptr ? Place{} : Place{running->number, running->done + 1};
}
bool comes_before_running(const Place& work) {
  const Stream* const running = streams().running;
  if (work.stream == 0 || running == nullptr || work.stream == running->number) return true;
  if (streams().gone.contains(work.stream)) return true;
  const auto known = running->known.find(work.stream);
  return known != running->known.end() && known->second >= work.position;
}
Known known_behind_running() {
  const Place here = running_work();
  Known known = streams().running->known;
  known[here.stream] = here.position;
  return known;
}
void host_waited(const Mark& mark) {
  const std::uint64_t number = mark.stream->number;
  const auto found = streams().host->find(number);
  if (found != streams().host->end() && found->second >= mark.position) return;
  Known all;
  learn(all, *streams().host);  // but those that are gone
  learn(all, mark.known != nullptr ? *mark.known : mark.stream->known);
  all[number] = std::max(all[number], mark.position);
  streams().host = std::make_shared<Known>(std::move(all));
}

}  // namespace emulation
