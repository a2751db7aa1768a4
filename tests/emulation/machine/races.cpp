// Races and wrong addresses of kernels, and of copies between streams: what each byte was last used by, and which uses
// are in order.
//
// Order between two accesses of a launch comes from barriers of the block and of the warp alone, and between pieces of
// work from their stream, from events and from waits of the host, never from the order in which they happened to run,
// so a race is found under any schedule.
#include "races.hpp"

#include "device.hpp"

#if defined(ISONOMY_EMULATION_RACES)

#include <algorithm>
#include <bit>
#include <memory>
#include <unordered_map>

#include "block.hpp"

// Of this program's image: between them stand code and constants, which kernels may read.
extern "C" char __executable_start, data_start;

namespace emulation {

thread_local constinit bool in_kernel = false;

namespace {

/// When a byte was used, and by whom; block 0: never.
struct Access {
  std::uint32_t block = 0;  // numbered through all launches; a copy counts as one
  std::uint32_t clock = 0;
  std::uint16_t thread = 0;
  bool atomic = false;
  std::uint32_t number = 0;  // of the block in its launch
};

/// Uses of one unit of memory: two atomic changes or two readers are enough to find one that is another thread's.
struct Cell {
  Access write, earlier_atomic, read, other_read;
};

constexpr std::size_t page_bytes = 4096;
constexpr unsigned widest = 3;  // units of eight bytes

struct Page {
  std::uint32_t launch = 0;  // its first block
  unsigned shift = widest;   // of the units
  std::vector<Cell> cells;
  std::uintptr_t first = 0, end = 0;  // what kernels may use of it
  std::uint32_t born = 0;             // its allocation, whose uses the cells remember
  bool early = false;                 // used before its stream is known to have come to the allocation
};

/// A piece of work, the first of its blocks, and where it stands.
struct Work {
  std::uint32_t first;
  Place place;
};

struct Checker {
  std::uint32_t block = 0, launch = 1, clock = 0, barrier = 0;
  std::size_t shared_bytes = 0;
  std::vector<Work> works;        // in the order in which they ran
  std::uint32_t alone_since = 0;  // from this block on all were of one stream
  std::vector<std::array<std::uint32_t, 32>> seen{
      1024};                                       // by thread and lane: before which time its warp's uses are in order
  std::vector<std::unique_ptr<Page>> device;       // by page of the arena
  std::unordered_map<std::uintptr_t, Page> other;  // shared and pinned
};
Checker& checker() {
  static Checker& c = *new Checker;
  return c;
}

/// An access, and what is said of it where it is wrong.
struct Use {
  std::uintptr_t at;
  std::size_t bytes;
  bool write, atomic, shared;
  bool kernel = true;
  [[nodiscard]] std::string verb() const { return atomic ? " changes" : write ? " writes" : " reads"; }
  [[nodiscard]] std::string where(std::uintptr_t p) const {
    if (shared) return "shared byte " + std::to_string(p - reinterpret_cast<std::uintptr_t>(isonomy_shared_memory));
    return "device memory";
  }
  /// Ends the kernel whose access it is; other work goes on.
  void tell(const std::string& what) const {
    const Block& b = running_block();
    note_fault((kernel ? place_of(b.number, b.current) : std::string("a copy or fill")) + verb() + " " + what);
    if (kernel) end_kernel();
  }
};

/// Whether the work that a block belongs to comes before the running one, which began later.
bool work_is_ordered(const Checker& c, std::uint32_t block) {
  if (block == 0 || block >= c.alone_since) return true;
  const auto next = std::ranges::upper_bound(c.works, block, {}, &Work::first);
  return next == c.works.begin() || comes_before_running(std::prev(next)->place);
}

/// Whether an access came before all that the running thread does now, or is its own.
bool is_ordered(const Checker& c, const Access& a, unsigned thread, bool shared) {
  if (a.block < c.launch) return shared || work_is_ordered(c, a.block);
  if (a.block != c.block) return false;
  if (a.thread == thread || a.clock < c.barrier) return true;
  return a.thread / 32u == thread / 32u && a.clock < c.seen[thread][a.thread % 32u];
}

void divide(Page& page, unsigned shift) {
  const unsigned finer = page.shift - shift;
  std::vector<Cell> cells(page_bytes >> shift);
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = page.cells[i >> finer];
  page.cells = std::move(cells);
  page.shift = shift;
}

void begin_page(Page& page, const Use& use, unsigned shift) {
  Checker& c = checker();
  page.launch = c.launch;
  bool anew = page.cells.empty();
  const auto first = use.at / page_bytes * page_bytes;
  if (use.shared) {
    const auto shared = reinterpret_cast<std::uintptr_t>(isonomy_shared_memory);
    page.first = shared, page.end = shared + c.shared_bytes;
    anew = anew || page.shift != shift;
  } else {
    const Extent extent = accessible_extent(reinterpret_cast<const void*>(use.at));
    page.first = std::max(first, reinterpret_cast<std::uintptr_t>(extent.first));
    page.end = reinterpret_cast<std::uintptr_t>(extent.first) + extent.bytes;
    page.early = extent.bytes > 0 && (extent.born == 0 || !work_is_ordered(c, extent.born));
    anew = anew || page.born != extent.born;
    page.born = extent.born;
  }
  if (!anew) return;
  page.shift = shift;
  page.cells.assign(page_bytes >> shift, Cell{});
}

Page& page_of(const Use& use, unsigned shift) {
  Checker& c = checker();
  Page* page = nullptr;
  if (const std::size_t offset = arena_offset(reinterpret_cast<const void*>(use.at)); offset != no_offset) {
    const std::size_t number = offset / page_bytes;
    if (number >= c.device.size()) c.device.resize(number + number / 2 + 16);
    auto& own = c.device[number];
    if (own == nullptr) own = std::make_unique<Page>();
    page = own.get();
  } else {
    page = &c.other[use.at / page_bytes];
  }
  if (page->launch != c.launch) begin_page(*page, use, shift);
  if (page->shift > shift) divide(*page, shift);
  return *page;
}

void check_cell(Cell& cell, const Use& use, std::uintptr_t at) {
  const Checker& c = checker();
  const unsigned thread = use.kernel ? running_block().current : 0;
  const auto conflict = [&](const Access& before, const char* what) {
    if (before.block == 0 || (use.shared && before.block != c.block) || is_ordered(c, before, thread, use.shared))
      return;
    if (before.block < c.launch)
      use.tell(use.where(at) + ", which work of another stream " + what + " without an event between: a race");
    else
      use.tell(use.where(at) + ", which " + place_of(before.number, before.thread) + " " + what +
               " without a barrier between: a race");
  };
  if (use.shared && !use.write && cell.write.block != c.block) {
    use.tell(use.where(at) + ", which nothing has written");
  }
  if (!(use.atomic && cell.write.atomic)) conflict(cell.write, cell.write.atomic ? "changed atomically" : "wrote");
  if (!use.atomic) conflict(cell.earlier_atomic, "changed atomically");
  if (use.write) {
    conflict(cell.read, "read");
    conflict(cell.other_read, "read");
  }
}

void keep(Cell& cell, const Use& use) {
  const Checker& c = checker();
  const Block& b = running_block();
  const unsigned thread = use.kernel ? b.current : 0;
  const Access now{c.block, c.clock, static_cast<std::uint16_t>(thread), use.atomic, b.number};
  if (use.write) {
    if (!use.atomic)
      cell.earlier_atomic = {};
    else if (cell.write.atomic && !is_ordered(c, cell.write, thread, use.shared))
      cell.earlier_atomic = cell.write;
    cell.write = now;
  } else if (is_ordered(c, cell.read, thread, use.shared)) {
    cell.read = now;
  } else if (is_ordered(c, cell.other_read, thread, use.shared) || cell.other_read.block == cell.read.block) {
    cell.other_read = now;
  }
}

/// Memory of neither kind: the thread's own stack, constants of the program, or a mistake.
void check_elsewhere(const Use& use) {
  const auto* const p = reinterpret_cast<const char*>(use.at);
  if (on_own_stack(p) || (p >= &__executable_start && p < &data_start && !use.write)) return;
  in_kernel = false;
  if (in_pinned(p, use.bytes)) {
    in_kernel = true;
    return;
  }
  use.tell(std::to_string(use.bytes) +
           " bytes that are neither on the device, nor shared, nor its own: a pointer of the host");
}

/// Checks the units of memory that a use touches, and remembers it.
void use_cells(const Use& use) {
  const unsigned shift = std::min(widest, static_cast<unsigned>(std::countr_zero(use.at | use.bytes)));
  const std::uintptr_t end = use.at + use.bytes;
  for (std::uintptr_t p = use.at; p < end;) {
    Page& page = page_of({p, use.bytes, use.write, use.atomic, use.shared, use.kernel}, shift);
    if (p < page.first || p >= page.end || end > page.end) use.tell("device memory outside of any allocation");
    if (page.early) use.tell("device memory whose allocation its stream is not known to have come to: a race");
    const std::uintptr_t stop = std::min(end, (p / page_bytes + 1) * page_bytes);
    for (; p < stop; p += std::size_t{1} << page.shift) {
      Cell& cell = page.cells[p % page_bytes >> page.shift];
      check_cell(cell, use, p);
      keep(cell, use);
    }
  }
}

}  // namespace

void check_access(const void* address, std::size_t bytes, bool write, bool atomic) {
  if (!in_kernel || bytes == 0) return;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto shared = reinterpret_cast<std::uintptr_t>(isonomy_shared_memory);
  const Use use{at, bytes, write, atomic, at - shared < shared_capacity + 1024};
  if (!use.shared && arena_offset(address) == no_offset) return check_elsewhere(use);
  in_kernel = false;
  ++counts().checked_accesses;
  if (use.shared && at - shared + bytes > checker().shared_bytes) {
    use.tell(use.where(at) + " of " + std::to_string(checker().shared_bytes));
  }
  use_cells(use);
  in_kernel = true;
}

std::uint32_t races_begin_work() {
  Checker& c = checker();
  c.launch = c.block + 1;
  const Place here = running_work();
  if (c.works.empty() || c.works.back().place.stream != here.stream) c.alone_since = c.launch;
  c.works.push_back({c.launch, here});
  return c.launch;
}
void races_use(const void* p, std::size_t bytes, bool write) {
  if (bytes == 0 || arena_offset(p) == no_offset) return;
  races_begin_work();
  races_begin_block(0);
  use_cells({reinterpret_cast<std::uintptr_t>(p), bytes, write, false, false, false});
}
void races_release(const Extent& extent) {
  Checker& c = checker();
  races_begin_work();
  ++c.block;
  const auto is_early = [&](const Access& a) { return a.block != 0 && !work_is_ordered(c, a.block); };
  const std::size_t begin = arena_offset(extent.first) / page_bytes;
  const std::size_t end = (arena_offset(extent.first) + extent.bytes + page_bytes - 1) / page_bytes;
  for (std::size_t number = begin; number < std::min(end, c.device.size()); ++number) {
    const auto& page = c.device[number];
    if (page == nullptr || page->born != extent.born) continue;
    for (const Cell& cell : page->cells)
      if (is_early(cell.write) || is_early(cell.earlier_atomic) || is_early(cell.read) || is_early(cell.other_read))
        return note_fault("device memory is given back that work of another stream uses, without an event between");
  }
}
void races_begin_block(std::size_t shared_bytes) {
  Checker& c = checker();
  ++c.block;
  c.barrier = ++c.clock;
  c.shared_bytes = shared_bytes;
}
void races_barrier() { checker().barrier = ++checker().clock; }
void races_warp_sync(unsigned warp, unsigned mask) {
  Checker& c = checker();
  ++c.clock;
  std::array<std::uint32_t, 32> merged{};
  for (unsigned left = mask; left != 0; left &= left - 1) {
    const auto& seen = c.seen[warp * 32 + static_cast<unsigned>(std::countr_zero(left))];
    for (std::size_t l = 0; l < 32; ++l) merged[l] = std::max(merged[l], seen[l]);
  }
  for (unsigned left = mask; left != 0; left &= left - 1)
    merged[static_cast<std::size_t>(std::countr_zero(left))] = c.clock;
  for (unsigned left = mask; left != 0; left &= left - 1)
    c.seen[warp * 32 + static_cast<unsigned>(std::countr_zero(left))] = merged;
}

void thread::atomic_access(const void* p, std::size_t bytes) { check_access(p, bytes, true, true); }

}  // namespace emulation

#else

void emulation::thread::atomic_access(const void*, std::size_t) {}

#endif
