// Races and wrong addresses of kernels: what each byte was last used by, and which uses a barrier has put in order.
//
// Order between two accesses of a launch comes from barriers of the block and of the warp alone, never from the order
// in which threads happened to run, so a race is found under any schedule.
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
  std::uint32_t block = 0;  // numbered through all launches
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
};

struct Checker {
  std::uint32_t block = 0, launch = 1, clock = 0, barrier = 0;
  std::size_t shared_bytes = 0;
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
  [[nodiscard]] std::string verb() const { return atomic ? " changes" : write ? " writes" : " reads"; }
  [[nodiscard]] std::string where(std::uintptr_t p) const {
    if (shared) return "shared byte " + std::to_string(p - reinterpret_cast<std::uintptr_t>(isonomy_shared_memory));
    return "device memory";
  }
  void tell(const std::string& what) const {
    const Block& b = running_block();
    note_fault(place_of(b.number, b.current) + verb() + " " + what);
  }
};

/// Whether an access came before all that the running thread does now, or is its own.
bool is_ordered(const Checker& c, const Access& a, unsigned thread) {
  if (a.block < c.launch) return true;
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
  if (page.cells.empty() || page.shift != shift) {
    page.shift = shift;
    page.cells.assign(page_bytes >> shift, Cell{});
  }
  const auto first = use.at / page_bytes * page_bytes;
  if (use.shared) {
    const auto shared = reinterpret_cast<std::uintptr_t>(isonomy_shared_memory);
    page.first = shared, page.end = shared + c.shared_bytes;
  } else {
    const Extent extent = accessible_extent(reinterpret_cast<const void*>(use.at));
    page.first = std::max(first, reinterpret_cast<std::uintptr_t>(extent.first));
    page.end = reinterpret_cast<std::uintptr_t>(extent.first) + extent.bytes;
  }
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
  const unsigned thread = running_block().current;
  const auto conflict = [&](const Access& before, const char* what) {
    if (before.block == 0 || (use.shared && before.block != c.block) || is_ordered(c, before, thread)) return;
    use.tell(use.where(at) + ", which " + place_of(before.number, before.thread) + " " + what +
             " without a barrier between: a race");
    end_kernel();
  };
  if (use.shared && !use.write && cell.write.block != c.block) {
    use.tell(use.where(at) + ", which nothing has written");
    end_kernel();
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
  const Access now{c.block, c.clock, static_cast<std::uint16_t>(b.current), use.atomic, b.number};
  if (use.write) {
    if (!use.atomic)
      cell.earlier_atomic = {};
    else if (cell.write.atomic && !is_ordered(c, cell.write, b.current))
      cell.earlier_atomic = cell.write;
    cell.write = now;
  } else if (is_ordered(c, cell.read, b.current)) {
    cell.read = now;
  } else if (is_ordered(c, cell.other_read, b.current) || cell.other_read.block == cell.read.block) {
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
  end_kernel();
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
    end_kernel();
  }
  const unsigned shift = std::min(widest, static_cast<unsigned>(std::countr_zero(at | bytes)));
  for (std::uintptr_t p = at; p < at + bytes;) {
    Page& page = page_of({p, bytes, write, atomic, use.shared}, shift);
    if (p < page.first || p >= page.end || at + bytes > page.end) {
      use.tell("device memory outside of any allocation");
      end_kernel();
    }
    const std::uintptr_t stop = std::min(at + bytes, (p / page_bytes + 1) * page_bytes);
    for (; p < stop; p += std::size_t{1} << page.shift) {
      Cell& cell = page.cells[p % page_bytes >> page.shift];
      check_cell(cell, use, p);
      keep(cell, use);
    }
  }
  in_kernel = true;
}

void races_begin_launch() { checker().launch = checker().block + 1; }
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
