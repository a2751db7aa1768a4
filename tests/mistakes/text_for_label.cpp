// says: a label is a whole number
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

using namespace isonomy;

void appended(profiling::SequenceSet& set, const profiling::Window& window) {
#ifdef MISTAKE
  set.append(window, "substrate");
#else
  set.append(window, 1);
#endif
}
