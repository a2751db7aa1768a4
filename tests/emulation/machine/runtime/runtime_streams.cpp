// The CUDA runtime on the emulated device: streams and events.
#include <chrono>

#include "../../include/emulation/runtime.hpp"
#include "runtime.hpp"

using namespace emulation;
using Clock = std::chrono::steady_clock;

struct CUevent_st {
  bool timed = true, recorded = false;
  Mark mark;
  std::shared_ptr<Clock::time_point> reached;  // shared with the work that sets it
};

namespace {

/// Waits as the host does: all that had been queued at a point has run.
cudaError_t wait_for(const Mark& mark) {
  if (!is_reached(mark)) ++counts().waits;
  run_to(mark);
  host_waited(mark);
  return status();
}

cudaError_t create_event(cudaEvent_t* event, unsigned flags) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (fails_now()) return answer(cudaErrorMemoryAllocation);
  *event = new CUevent_st;
  (*event)->timed = (flags & cudaEventDisableTiming) == 0;
  count_resource(1);
  return cudaSuccess;
}

}  // namespace

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (flags > cudaStreamNonBlocking) return answer(cudaErrorInvalidValue);
  *stream = create_stream(flags, current_device());
  return answer(*stream != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const Lock hold(lock());
  return answer(destroy_stream(stream) ? cudaSuccess : cudaErrorInvalidResourceHandle);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const Lock hold(lock());
  const auto found = find_stream(stream);
  return found == nullptr ? answer(cudaErrorInvalidResourceHandle) : wait_for(mark_end(found));
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const Lock hold(lock());
  const auto found = find_stream(stream);
  if (found == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (is_reached(mark_end(found))) return wait_for(mark_end(found));
  run_one(found);  // so that asking again and again comes to an end
  return cudaErrorNotReady;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const Lock hold(lock());
  const auto found = find_stream(stream);
  if (found == nullptr || event == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (event->recorded) queue_wait(found, event->mark);
  return cudaSuccess;
}
cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned* flags) {
  const Lock hold(lock());
  if (find_stream(stream) == nullptr) return answer(cudaErrorInvalidResourceHandle);
  *flags = stream_flags(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamGetDevice(cudaStream_t stream, int* device) {
  const Lock hold(lock());
  if (find_stream(stream) == nullptr) return answer(cudaErrorInvalidResourceHandle);
  *device = is_default(stream) ? current_device() : stream_device(stream);
  return cudaSuccess;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, void (*function)(void*), void* data) {
  return answer(enqueue_call(stream, [=] { function(data); }) ? cudaSuccess : cudaErrorInvalidResourceHandle);
}
cudaError_t cudaDeviceSynchronize() {
  const Lock hold(lock());
  ++counts().waits;
  run_everything();
  return status();
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return create_event(event, cudaEventDefault); }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) { return create_event(event, flags); }
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const Lock hold(lock());
  if (event == nullptr) return answer(cudaErrorInvalidResourceHandle);
  delete event;
  count_resource(-1);
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const Lock hold(lock());
  const auto found = find_stream(stream);
  if (found == nullptr || event == nullptr) return answer(cudaErrorInvalidResourceHandle);
  event->reached = std::make_shared<Clock::time_point>();
  const auto known = std::make_shared<Known>();
  enqueue_call(stream, [reached = event->reached, known] {
    *reached = Clock::now();
    *known = known_behind_running();
  });
  event->mark = mark_end(found);
  event->mark.known = known;
  event->recorded = true;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const Lock hold(lock());
  if (event == nullptr) return answer(cudaErrorInvalidResourceHandle);
  return event->recorded ? wait_for(event->mark) : cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  const Lock hold(lock());
  if (event == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (!event->recorded) return status();
  if (is_reached(event->mark)) return wait_for(event->mark);
  run_one(event->mark.stream);
  return cudaErrorNotReady;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  const Lock hold(lock());
  if (start == nullptr || end == nullptr || !start->timed || !end->timed || !start->recorded || !end->recorded)
    return answer(cudaErrorInvalidResourceHandle);
  if (!is_reached(start->mark) || !is_reached(end->mark)) return cudaErrorNotReady;
  *milliseconds = std::chrono::duration<float, std::milli>(*end->reached - *start->reached).count();
  return cudaSuccess;
}
