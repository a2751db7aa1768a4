// says: dispatch: this tag has no backend here: include the header that specialises isonomy::Backend for it, or give
// the tag
#include "isonomy/backend/select.hpp"
#include "isonomy/cpu/cpu.hpp"

struct TagAlone {
#ifndef MISTAKE
  static constexpr const char* backend_name() { return "Alone"; }
  static constexpr const char* absent_reason() { return "is not in this build"; }
#endif
};
bool only_the_host() {
  return isonomy::dispatch<TagAlone, isonomy::Cpu>("auto", [](auto&, const isonomy::Selection& selection) {
    return selection.backend == isonomy::Backend<isonomy::Cpu>::name();
  });
}
