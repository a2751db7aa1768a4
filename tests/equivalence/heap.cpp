// Counts what the programs of the kit take from the heap.
#include "isonomy/conformance/count_heap.hpp"
