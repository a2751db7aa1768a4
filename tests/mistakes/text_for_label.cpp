// says: a label is a whole number
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

void append(isonomy::profiling::SequenceSet& set, const isonomy::profiling::Window& window) {
#ifdef MISTAKE
  set.append(window, "substrate");
#else
  set.append(window, 1);
#endif
}
